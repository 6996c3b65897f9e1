#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "client/cli/duration.h"
#include "client/cli/human_format.h"
#include "client/cli/node_choice.h"
#include "client/cli/output.h"
#include "client/cli/session.h"
#include "client/cli/text_table.h"
#include "client/cli/whole_number.h"

namespace replog::cli {
namespace {

using client::SyncOutcome;
using client::SyncResult;

constexpr char kFooter[] =
    R"(Without a target: the newest record that the log has now. Exit codes: 0 SYNCED: every node has applied it;
4 PARTIALLY_SYNCED: more than half have, and none of the others is connected; 5 NOT_SYNCED: no more than half
have, and none of the others is connected; 6 TIMEOUT: a connected node is behind; others as of every command.
APPLIED is exclusive: the node has applied everything before it. LAG: the records from there to the log's end.

Examples:
  replog sync --fleet gateways                           everything that is in the log now
  replog sync 1200 --node a --node b --timeout 10s       up to and including record 1200
  replog sync --channel tokens --key alice --origin a    the newest record of a key, which node a has written)";

struct SyncOptions {
  std::optional<uint64_t> sequence;
  std::optional<std::string> channel;
  std::string key;
  client::NodeChoice choice;
  std::string origin;
  uint64_t timeout_ms = 1'000;
};

ExitCode ExitCodeOf(SyncOutcome outcome) {
  switch (outcome) {
    case SyncOutcome::kSynced:
      return ExitCode::kOk;
    case SyncOutcome::kPartiallySynced:
      return ExitCode::kPartiallySynced;
    case SyncOutcome::kNotSynced:
      return ExitCode::kNotSynced;
    case SyncOutcome::kTimeout:
      return ExitCode::kSyncTimeout;
    default:
      return ExitCode::kFailed;
  }
}

std::string JsonOf(const SyncResult& result) {
  nlohmann::ordered_json line{{"outcome", client::SyncOutcomeName(result.outcome)},
                              {"sequence", result.sequence},
                              {"nodes", nlohmann::ordered_json::array()}};
  for (const auto& node : result.nodes) {
    nlohmann::ordered_json one{{"node", node.node}, {"synced", node.synced}, {"connected", node.connected}};
    if (node.applied) one["applied"] = *node.applied;
    one["lag"] = node.lag;
    line["nodes"].push_back(std::move(one));
  }
  return line.dump() + "\n";
}

std::string HumanOf(const SyncResult& result) {
  std::string text = std::string(client::SyncOutcomeName(result.outcome)) + " at sequence " +
                     WithSeparators(result.sequence) + "\n";
  std::vector<std::vector<std::string>> rows{{"NODE", "SYNCED", "CONNECTED", "APPLIED", "LAG"}};
  for (const auto& node : result.nodes) {
    rows.push_back({node.node, node.synced ? "yes" : "no", node.connected ? "yes" : "no",
                    node.applied ? WithSeparators(*node.applied) : "-", WithSeparators(node.lag)});
  }
  return text + FormatTable(rows);
}

// What is to be waited for.
client::Result<std::variant<uint64_t, client::SyncKey>> TargetOf(client::Client& client,
                                                                 const SyncOptions& options) {
  using Target = std::variant<uint64_t, client::SyncKey>;
  if (options.channel) return Target(client::SyncKey{*options.channel, options.key});
  if (options.sequence) return Target(*options.sequence);
  const auto log = client.GetLog();
  if (!log.ok()) return log.status();
  if (log->committed_end > 0) return Target(log->committed_end - 1);
  return client::Status(client::StatusCode::kFailedPrecondition, "the log is empty: nothing to wait for");
}

ExitCode RunSync(const Session& session, const SyncOptions& options) {
  client::Client client = session.MakeClient();
  const auto target = TargetOf(client, options);
  if (!target.ok()) return Fail(target.status());
  const auto result = client.AwaitSync({.target = *target,
                                        .choice = options.choice,
                                        .origin = options.origin,
                                        .timeout = std::chrono::milliseconds(options.timeout_ms)});
  if (!result.ok()) return Fail(result.status());
  Output output;
  output.buffer() = session.json ? JsonOf(*result) : HumanOf(*result);
  output.Flush();
  return ExitCodeOf(result->outcome);
}

}  // namespace

void AddSyncCommand(CLI::App& app, Session& session) {
  auto options = std::make_shared<SyncOptions>();
  CLI::App* sync = app.add_subcommand("sync", "Wait until nodes have applied a record, and say which have");
  sync->footer(kFooter);
  auto* sequence = sync->add_option("SEQUENCE", options->sequence, "Up to and including this record")
                       ->check(WholeNumber());
  auto* channel = sync->add_option("--channel", options->channel, "The key's channel")->excludes(sequence);
  auto* key = sync->add_option("--key", options->key, "Up to the newest record of this key")->needs(channel);
  channel->needs(key);
  AddNodeChoice(*sync, options->choice);
  sync->add_option("--origin", options->origin, "Leave this node out: it has written the record");
  sync->add_option("--timeout", options->timeout_ms, "How long to wait, 0s to 60s; default: 1s")
      ->transform(Duration());
  sync->callback(
      [&session, options] { session.action = [&session, options] { return RunSync(session, *options); }; });
}

}  // namespace replog::cli
