#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "client/cli/duration.h"
#include "client/cli/human_format.h"
#include "client/cli/node_choice.h"
#include "client/cli/output.h"
#include "client/cli/session.h"
#include "client/cli/text_table.h"

namespace replog::cli {
namespace {

using client::AuditOutcome;
using client::AuditResult;

constexpr char kFooter[] =
    R"(Nodes answer that keep a copy of the log's table and can digest it: a Table of the client library with a node
name, or a subscription that gives digests. Others, as `replog tail --node`, are NO_ANSWER.
Exits with 0 when every node that was asked is SAME, else with 1.

Examples:
  replog audit --fleet gateways
  replog audit --node a --node b --timeout 30s --json)";

struct AuditCommandOptions {
  client::NodeChoice choice;
  uint64_t timeout_ms = 10'000;
};

std::string JsonOf(const AuditResult& result) {
  using Json = nlohmann::ordered_json;
  Json line{{"sequence", result.sequence}, {"digests", Json::array()}, {"nodes", Json::array()}};
  for (const auto& digest : result.digests) {
    line["digests"].push_back({{"channel", digest.channel}, {"digest", digest.Hex()}, {"keys", digest.keys}});
  }
  for (const auto& node : result.nodes) {
    line["nodes"].push_back({{"node", node.node},
                             {"outcome", client::AuditOutcomeName(node.outcome)},
                             {"connected", node.connected},
                             {"diverged_channels", node.diverged_channels}});
  }
  return line.dump() + "\n";
}

std::string Joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string HumanOf(const AuditResult& result) {
  std::vector<std::vector<std::string>> rows{{"NODE", "OUTCOME", "CONNECTED", "DIVERGED CHANNELS"}};
  for (const auto& node : result.nodes) {
    rows.push_back({node.node, std::string(client::AuditOutcomeName(node.outcome)),
                    node.connected ? "yes" : "no", Joined(node.diverged_channels)});
  }
  return "as of sequence " + WithSeparators(result.sequence) + "\n" + FormatTable(rows);
}

ExitCode RunAudit(const Session& session, const AuditCommandOptions& options) {
  const auto result = session.MakeClient().Audit(
      {.choice = options.choice, .timeout = std::chrono::milliseconds(options.timeout_ms)});
  if (!result.ok()) return Fail(result.status());
  Output output;
  output.buffer() = session.json ? JsonOf(*result) : HumanOf(*result);
  output.Flush();
  const bool same = std::all_of(result->nodes.begin(), result->nodes.end(),
                                [](const auto& node) { return node.outcome == AuditOutcome::kSame; });
  return same ? ExitCode::kOk : ExitCode::kFailed;
}

}  // namespace

void AddAuditCommand(CLI::App& app, Session& session) {
  auto options = std::make_shared<AuditCommandOptions>();
  CLI::App* audit = app.add_subcommand("audit", "Compare what nodes hold with the log's table");
  audit->footer(kFooter);
  AddNodeChoice(*audit, options->choice);
  audit->add_option("--timeout", options->timeout_ms, "How long to wait for answers, 0s to 60s; default: 10s")
      ->transform(Duration());
  audit->callback(
      [&session, options] { session.action = [&session, options] { return RunAudit(session, *options); }; });
}

}  // namespace replog::cli
