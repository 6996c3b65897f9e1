#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>

#include "client/cli/append_report.h"
#include "client/cli/input_record.h"
#include "client/cli/interrupt.h"
#include "client/cli/lease_token.h"
#include "client/cli/line_reader.h"
#include "client/cli/output.h"
#include "client/cli/progress.h"
#include "client/cli/session.h"
#include "client/producer.h"

namespace replog::cli {
namespace {

using client::HeaderView;
using client::NewRecord;
using client::Producer;
using client::Status;

struct AppendOptions {
  std::string channel;
  std::vector<std::string> texts;
  std::vector<std::string> headers;
  std::string id_header;
  std::string producer;
  bool resume = false;
  bool at_most_once = false;
  std::string lease;
};

constexpr char kFooter[] =
    R"(Without TEXT each line of standard input is a record; with --json each line is an object
  {"channel": …, "text": … or "payload": base64, "headers": {…}, "id": …}
of a key also "key", "deleted", "version", "expires": "2030-01-02T03:04:05Z"
and CHANNEL, which may then be left out, is for lines without a channel. Other fields are refused unless
--header names them. A line that is wrong ends the input: what came before it is appended, exit code 2.
A line whose id the log has had within its dedupe window is not appended again.
Lines are sent in batches that are appended whole or not at all. When the connection breaks they are sent
again, and appended once all the same. At the end it says which lines were acknowledged, which were rejected,
and of which it is unknown because the server could not be reached any more.

Examples:
  replog append room 'Hello everyone!'
  replog append room --header user=ada 'Hello' 'again'
  replog append jobs 'one' 'two' --lease leader=0:41      one batch, refused when a newer holder has written
  tail -F app.log | replog append app-log
  zcat chat.jsonl.gz | replog append --json --header user --header time
  replog append --json --header order --id-header order < orders.jsonl
  replog append words --producer loader --resume < words.txt      goes on where it was killed)";

// The size of standard input when it is a file.
std::optional<uint64_t> InputSize() {
  struct stat info {};
  if (::fstat(STDIN_FILENO, &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  return static_cast<uint64_t>(info.st_size);
}

// Appends all of one command's input.
class Appender {
 public:
  Appender(const Session& session, const AppendOptions& options)
      : session_(session), options_(options), format_{options.headers, options.channel, options.id_header} {}

  ExitCode Run() {
    const auto start = std::chrono::steady_clock::now();
    interrupt_.Listen([this] { input_.Stop(); });
    const client::Client client = session_.MakeClient();
    Status input;
    {
      Producer producer(client, MakeProducerOptions());
      producer_ = &producer;
      if (Status status = SkipAppended(); !status.ok()) return Fail(status);
      input = options_.texts.empty() ? AppendLines() : AppendTexts();
      (void)producer.Flush();  // its failures are in the report
    }
    PrintSummary(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    if (!report_.all_acknowledged()) return Fail(report_.first_failure());
    if (!input.ok()) return FailUsage(input.message());
    return interrupt_.happened() ? ExitCode::kFailed : ExitCode::kOk;
  }

  // All texts as one batch, under the lease.
  ExitCode RunUnderLease() {
    const auto start = std::chrono::steady_clock::now();
    std::vector<NewRecord> records;
    for (const std::string& text : options_.texts) {
      records.push_back(TextRecord(text));
      report_.SetLine(taken_, Number());
      ++taken_;
    }
    const auto appended = session_.MakeClient().Append(records, {.lease = ParseLeaseToken(options_.lease)});
    client::BatchOutcome outcome{.fate = client::FateOf(appended.status()), .count = taken_};
    outcome.status = appended.status();
    if (appended.ok()) outcome.first_sequence = appended->first_sequence;
    report_.Add(outcome);
    PrintSummary(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    return report_.all_acknowledged() ? ExitCode::kOk : Fail(report_.first_failure());
  }

  // "NAME=VALUE" of --header when the input is not JSON. False when one is not of that form.
  bool TakeFixedHeaders() {
    for (const std::string& header : options_.headers) {
      const size_t equals = header.find('=');
      if (equals == std::string::npos) return false;
      fixed_headers_.emplace_back(std::string_view(header).substr(0, equals),
                                  std::string_view(header).substr(equals + 1));
    }
    return true;
  }

 private:
  client::ProducerOptions MakeProducerOptions() {
    client::ProducerOptions options;
    options.stop_at_failure = true;
    options.idempotent = !options_.at_most_once;
    options.name = options_.producer;
    options.connect_timeout = std::chrono::milliseconds(static_cast<int64_t>(session_.timeout_s * 1'000));
    options.on_batch = [this](const client::BatchOutcome& outcome) { report_.Add(outcome); };
    return options;
  }

  // With --resume: the input begins with what the producer has appended before.
  Status SkipAppended() {
    if (!options_.resume) return {};
    const auto appended = producer_->NextNumber();
    if (!appended.ok()) return appended.status();
    to_skip_ = *appended;
    return {};
  }

  Status AppendTexts() {
    for (const std::string& text : options_.texts) {
      if (Status status = AppendRecord(TextRecord(text)); !status.ok()) return Describe("text", status);
    }
    return {};
  }

  // Reads line by line: memory does not grow with the input.
  Status AppendLines() {
    Progress progress("appended", InputSize());
    std::string_view line;
    Status status;
    while (status.ok() && !interrupt_.happened() && input_.Next(line)) {
      status = session_.json ? AppendJsonLine(line) : AppendRecord(TextRecord(line));
      progress.Update(report_.acknowledged(), input_.bytes());
    }
    progress.Finish();
    return status.ok() ? status : Describe("line", status);
  }

  Status AppendJsonLine(std::string_view line) {
    if (line.empty()) return {};
    const auto record = ParseJsonLine(line, format_);
    if (!record.ok()) return record.status();
    if (options_.resume && record->id)
      return {client::StatusCode::kInvalidArgument, "\"id\": --resume can't tell where it was with ids"};
    std::vector<HeaderView> headers(record->headers.begin(), record->headers.end());
    return AppendRecord({.channel = record->channel,
                         .body = record->body,
                         .body_kind = record->body_kind,
                         .headers = headers,
                         .key = record->key,
                         .deleted = record->deleted,
                         .version = record->version,
                         .expires = record->expires,
                         .id = record->id});
  }

  NewRecord TextRecord(std::string_view text) const {
    return {options_.channel, text, client::BodyKind::kText, fixed_headers_};
  }

  Status AppendRecord(const NewRecord& record) {
    if (skipped_ < to_skip_) {
      ++skipped_;
      return {};
    }
    report_.SetLine(taken_, Number());
    Status status = producer_->Append(record);
    if (status.ok()) ++taken_;
    // Not the input's fault: an earlier append failed, and the report says so.
    if (status.reason() == client::reason::kNotSent) interrupted_by_failure_ = true;
    return status;
  }

  Status Describe(const char* what, const Status& status) const {
    if (interrupted_by_failure_) return {};
    return {status.code(), std::string(what) + " " + std::to_string(Number()) + ": " + status.message()};
  }

  // Of the line or the argument that is being appended, from 1.
  uint64_t Number() const { return options_.texts.empty() ? input_.lines() : skipped_ + taken_ + 1; }

  void PrintSummary(double seconds) const {
    Output output;
    output.buffer() = session_.json ? report_.Json(seconds, skipped_) : report_.Human(seconds, skipped_);
    output.Flush();
  }

  const Session& session_;
  const AppendOptions& options_;
  const JsonLineFormat format_;
  LineReader input_{STDIN_FILENO};
  Interrupt interrupt_;  // before anything that starts threads
  AppendReport report_;
  Producer* producer_ = nullptr;
  std::vector<HeaderView> fixed_headers_;
  uint64_t taken_ = 0;
  uint64_t to_skip_ = 0;
  uint64_t skipped_ = 0;
  bool interrupted_by_failure_ = false;
};

ExitCode RunAppend(const Session& session, const AppendOptions& options) {
  if (session.json && !options.texts.empty())
    return FailUsage("--json reads standard input; it takes no TEXT");
  if (!session.json && options.channel.empty()) return FailUsage("append needs a CHANNEL");
  if (!session.json && !options.id_header.empty()) return FailUsage("--id-header is for the lines of --json");
  if (options.resume && options.producer.empty()) return FailUsage("--resume needs --producer");
  // A batch of nothing but duplicates is not counted by its producer.
  if (options.resume && !options.id_header.empty())
    return FailUsage(
        "--resume counts the producer's records, which ids make uncertain; with ids, append all again");
  if (options.at_most_once && !options.producer.empty())
    return FailUsage(
        "--producer numbers the records so that they can be sent again; --at-most-once does not");
  Appender appender(session, options);
  if (!session.json && !appender.TakeFixedHeaders())
    return FailUsage("without --json a --header is NAME=VALUE");
  if (options.lease.empty()) return appender.Run();
  if (options.texts.empty()) return FailUsage("with --lease the records are given as TEXT");
  return appender.RunUnderLease();
}

}  // namespace

void AddAppendCommand(CLI::App& app, Session& session) {
  auto options = std::make_shared<AppendOptions>();
  CLI::App* append = app.add_subcommand("append", "Append records from arguments, lines or JSON lines");
  append->footer(kFooter);
  append->add_option("CHANNEL", options->channel, "The records' channel");
  append->add_option("TEXT", options->texts, "A record's text");
  append
      ->add_option("--header", options->headers,
                   "With --json: the name of a field that becomes a header; else NAME=VALUE; repeatable")
      ->allow_extra_args(false);
  append->add_option("--id-header", options->id_header,
                     "With --json: the header whose value is the record's id; each line must have it");
  auto* producer = append->add_option(
      "--producer", options->producer,
      "Append as the producer of this name, and end who still does; by default a name of its own");
  auto* resume =
      append->add_flag("--resume", options->resume,
                       "The input begins with what this producer has appended before: go on behind it");
  auto* at_most_once =
      append->add_flag("--at-most-once", options->at_most_once,
                       "Send nothing twice: what is not answered when the connection breaks is unknown");
  append
      ->add_option("--lease", options->lease, "Only if no newer holder of this lease has written to the log")
      ->check(IsLeaseToken())
      ->excludes(producer)
      ->excludes(resume)
      ->excludes(at_most_once);
  append->callback(
      [&session, options] { session.action = [&session, options] { return RunAppend(session, *options); }; });
}

}  // namespace replog::cli
