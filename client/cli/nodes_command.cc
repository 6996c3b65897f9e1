#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "client/cli/human_format.h"
#include "client/cli/output.h"
#include "client/cli/session.h"
#include "client/cli/text_table.h"
#include "client/cli/time_format.h"

namespace replog::cli {
namespace {

using client::NodeInfo;
using nlohmann::ordered_json;

constexpr double kMicrosPerSecond = 1e6;

ordered_json JsonOf(const NodeInfo& node) {
  ordered_json line{{"node", node.node}, {"fleet", node.fleet}, {"state", client::NodeStateName(node.state)}};
  if (node.cursor) line["cursor"] = *node.cursor;
  if (node.next_sequence) line["next_sequence"] = *node.next_sequence;
  line["lag_records"] = node.lag_records;
  line["lag_seconds"] = static_cast<double>(node.lag_time.count()) / kMicrosPerSecond;
  if (node.last_acknowledged) line["last_acknowledged"] = FormatTime(*node.last_acknowledged);
  if (!node.address.empty()) line["address"] = node.address;
  return line;
}

std::vector<std::string> RowOf(const NodeInfo& node) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(node.lag_time).count();
  return {node.node,
          node.fleet.empty() ? "-" : node.fleet,
          std::string(client::NodeStateName(node.state)),
          node.cursor ? WithSeparators(*node.cursor) : "-",
          WithSeparators(node.lag_records),
          WithSeparators(static_cast<uint64_t>(seconds)) + " s",
          node.last_acknowledged ? FormatTime(*node.last_acknowledged) : "-",
          node.address.empty() ? "-" : node.address};
}

ExitCode RunList(const Session& session, const std::string& fleet) {
  const auto nodes = session.MakeClient().ListNodes(fleet);
  if (!nodes.ok()) return Fail(nodes.status());
  Output output;
  std::vector<std::vector<std::string>> rows{
      {"NODE", "FLEET", "STATE", "CURSOR", "LAG", "SINCE", "ACKNOWLEDGED", "ADDRESS"}};
  for (const NodeInfo& node : *nodes) {
    if (session.json) output.buffer() += JsonOf(node).dump() + "\n";
    rows.push_back(RowOf(node));
  }
  if (!session.json) output.buffer() = FormatTable(rows);
  output.Flush();
  return ExitCode::kOk;
}

void AddForget(CLI::App& nodes, Session& session) {
  auto node = std::make_shared<std::string>();
  CLI::App* forget = nodes.add_subcommand("forget", "Remove a node that is not connected, and its cursor");
  forget->footer("Example:\n  replog nodes forget gateway-7");
  forget->add_option("NODE", *node, "The node")->required();
  forget->callback([&session, node] {
    session.action = [&session, node] {
      const client::Status status = session.MakeClient().ForgetNode(*node);
      return status.ok() ? ExitCode::kOk : Fail(status);
    };
  });
}

}  // namespace

void AddNodesCommand(CLI::App& app, Session& session) {
  auto fleet = std::make_shared<std::string>();
  CLI::App* nodes = app.add_subcommand("nodes", "List the nodes of a log, with how far each is; forget one");
  nodes->footer(
      "CURSOR is exclusive: the node has applied everything before it. LAG: the records from there to the "
      "log's end;\n"
      "SINCE: how long ago the oldest of them was written.\n\n"
      "Examples:\n  replog nodes --fleet gateways\n  replog nodes --json");
  nodes->add_option("--fleet", *fleet, "Only nodes of this fleet");
  nodes->require_subcommand(0, 1);
  nodes->fallthrough();
  AddForget(*nodes, session);
  nodes->callback([&session, nodes, fleet] {
    if (!nodes->get_subcommands().empty()) return;
    session.action = [&session, fleet] { return RunList(session, *fleet); };
  });
}

}  // namespace replog::cli
