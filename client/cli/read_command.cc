#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "client/cli/output.h"
#include "client/cli/record_format.h"
#include "client/cli/session.h"
#include "client/cli/whole_number.h"

namespace replog::cli {
namespace {

// The most that one page may have.
constexpr uint64_t kMaxPage = 100'000;

struct ReadCommandOptions {
  std::optional<uint64_t> from;
  bool backward = false;
  uint64_t limit = 100;
  std::vector<std::string> channels;
};

constexpr char kFooter[] = R"(Examples:
  replog read --limit 10                                the first ten
  replog read --backward --limit 50 --channel room      the last 50 of a channel, newest first
  replog read --from 1000 --limit 0 --json              all from 1000 to the end)";

ExitCode RunRead(const Session& session, const ReadCommandOptions& options) {
  client::Client client = session.MakeClient();
  client::ReadOptions read{.start = {}, .backward = options.backward, .channels = options.channels};
  if (options.from) read.start = client::FromSequence{*options.from};
  uint64_t left = options.limit == 0 ? UINT64_MAX : options.limit;
  Output output;
  while (left > 0) {
    read.max_records = static_cast<uint32_t>(std::min(left, kMaxPage));
    const auto page = client.Read(read);
    if (!page.ok()) return Fail(page.status());
    for (const auto& record : page->records) {
      session.json ? AppendJson(output.buffer(), record) : AppendHuman(output.buffer(), record);
    }
    if (!output.Flush() || page->at_end) break;
    left -= std::min<uint64_t>(left, page->records.size());
    read.start = client::FromSequence{page->next_sequence};
  }
  return ExitCode::kOk;
}

}  // namespace

void AddReadCommand(CLI::App& app, Session& session) {
  auto options = std::make_shared<ReadCommandOptions>();
  CLI::App* read = app.add_subcommand("read", "Print a number of records, forward or backward");
  read->footer(kFooter);
  read->add_option("--from", options->from, "Start at this sequence; backward: before it")
      ->check(WholeNumber());
  read->add_flag("--backward", options->backward, "Newest first, from the end or from before --from");
  read->add_option("-n,--limit", options->limit, "At most this many records; 0: all")
      ->check(WholeNumber())
      ->capture_default_str();
  read->add_option("--channel", options->channels,
                   "Only this channel, or with a trailing * all that begin so; repeatable")
      ->allow_extra_args(false);
  read->callback(
      [&session, options] { session.action = [&session, options] { return RunRead(session, *options); }; });
}

}  // namespace replog::cli
