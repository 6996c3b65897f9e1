#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "client/cli/export_file.h"
#include "client/cli/interrupt.h"
#include "client/cli/output.h"
#include "client/cli/progress.h"
#include "client/cli/record_format.h"
#include "client/cli/session.h"
#include "client/cli/whole_number.h"

namespace replog::cli {
namespace {

using client::Status;

// The most that a page may have.
constexpr uint32_t kPageRecords = 100'000;
constexpr uint32_t kPageBytes = 3 << 20;

struct ExportOptions {
  std::optional<uint64_t> from;
  std::optional<uint64_t> until;
  std::vector<std::string> channels;
  std::string output;
  bool resume = false;
};

constexpr char kFooter[] =
    R"(Writes each record as a line of JSON, with its sequence, time and all fields; a payload as base64. Ends where the
log ended when it began. `replog import` reads it. With --output the lines go to a new file, which --resume goes
on with: where a killed export was, or with what the log got since. It is gone on with only if its last record
is the log's: not with another log, nor with one restored from before, nor when that record was trimmed.

Examples:
  replog export > log.jsonl
  replog export --channel 'room*' --from 1000 --until 2000 | gzip > rooms.jsonl.gz
  replog export --output log.jsonl --resume)";

// Exports the records of [next, until).
class Exporter {
 public:
  Exporter(const Session& session, const ExportOptions& options) : session_(session), options_(options) {}

  ExitCode Run() {
    interrupt_.Listen([] {});
    if (!options_.output.empty()) {
      auto file = ExportFile::Open(options_.output, options_.resume);
      if (!file.ok()) return Fail(file.status());
      file_.emplace(std::move(file).value());
    }
    const Status status = Export();
    if (status.ok() && !interrupt_.happened()) return ExitCode::kOk;
    if (file_ && !file_->RemoveIfEmpty() && next_ > begin_)
      std::cerr << options_.output << " is not the whole export; --resume goes on with it\n";
    return status.ok() ? ExitCode::kFailed : Fail(status);
  }

 private:
  Status Export() {
    client::Client client = session_.MakeClient();
    Status status = FindRange(client);
    if (status.ok()) status = ReadPages(client);
    if (status.ok() && file_) status = file_->Sync();
    return status;
  }

  Status FindRange(client::Client& client) {
    const auto log = client.GetLog();
    if (!log.ok()) return log.status();
    until_ = std::min(options_.until.value_or(log->committed_end), log->committed_end);
    next_ = options_.from.value_or(log->first_kept_sequence);
    Status status;
    if (file_ && file_->last_sequence()) {
      status = CheckLast(client, *log, *file_->last_sequence());
      next_ = std::max(next_, *file_->last_sequence() + 1);
    }
    begin_ = next_;
    return status;
  }

  // A log that has the file's last record has all before it too; else what follows it there is of another
  // history than the file.
  Status CheckLast(client::Client& client, const client::LogInfo& log, uint64_t last) {
    const auto refuse = [&](const std::string& why) {
      return Status(client::StatusCode::kInvalidArgument,
                    options_.output + ": ends with record " + std::to_string(last) + ", but " + why +
                        "; it is not gone on with, export to a new file");
    };
    const std::string name = "log \"" + log.name + "\"";
    if (last >= log.committed_end) return refuse(name + " ends at " + std::to_string(log.committed_end));
    if (last < log.first_kept_sequence)
      return refuse(name + "'s first kept record is " + std::to_string(log.first_kept_sequence));
    const auto page = client.Read({.start = client::FromSequence{last}, .channels = {}, .max_records = 1});
    if (!page.ok()) return page.status();
    std::string line;
    if (!page->records.empty()) AppendJson(line, page->records.front());
    if (!file_->LastIs(line)) return refuse("record " + std::to_string(last) + " of " + name + " is another");
    return {};
  }

  Status ReadPages(client::Client& client) {
    Progress progress("exported");
    client::ReadOptions read{
        .start = {}, .channels = options_.channels, .max_records = kPageRecords, .max_bytes = kPageBytes};
    uint64_t records = 0;
    Status status;
    while (status.ok() && next_ < until_ && !closed_ && !interrupt_.happened()) {
      read.start = client::FromSequence{next_};
      const auto page = client.Read(read);
      status = page.ok() ? WritePage(*page, records) : page.status();
      progress.Update(records, next_ - begin_, until_ - begin_);
    }
    progress.Finish();
    return status;
  }

  Status WritePage(const client::Page& page, uint64_t& records) {
    for (const client::Record& record : page.records) {
      if (record.sequence >= until_) break;
      AppendJson(output_.buffer(), record);
      ++records;
    }
    next_ = page.at_end ? until_ : page.next_sequence;
    if (!file_) {
      closed_ = !output_.Flush();  // nobody reads any more
      return {};
    }
    Status status = file_->Write(output_.buffer());
    output_.buffer().clear();
    return status;
  }

  const Session& session_;
  const ExportOptions& options_;
  Interrupt interrupt_;  // before anything that starts threads
  std::optional<ExportFile> file_;
  Output output_;
  uint64_t begin_ = 0;
  uint64_t next_ = 0;
  uint64_t until_ = 0;
  bool closed_ = false;
};

ExitCode RunExport(const Session& session, const ExportOptions& options) {
  if (options.resume && options.output.empty()) return FailUsage("--resume needs --output");
  if (options.from && options.until && *options.from > *options.until)
    return FailUsage("--from is behind --until");
  return Exporter(session, options).Run();
}

}  // namespace

void AddExportCommand(CLI::App& app, Session& session) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command = app.add_subcommand("export", "Write records as lines of JSON");
  command->footer(kFooter);
  command->add_option("--from", options->from, "Begin at this sequence; by default at the first kept")
      ->check(WholeNumber());
  command->add_option("--until", options->until, "End before this sequence; by default at the log's end")
      ->check(WholeNumber());
  command
      ->add_option("--channel", options->channels,
                   "Only this channel, or with a trailing * all that begin so; repeatable")
      ->allow_extra_args(false);
  command->add_option("-o,--output", options->output, "A new file for the lines, instead of standard output");
  command->add_flag("--resume", options->resume, "Go on behind the last record in --output");
  command->callback(
      [&session, options] { session.action = [&session, options] { return RunExport(session, *options); }; });
}

}  // namespace replog::cli
