#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "client/cli/human_format.h"
#include "client/cli/output.h"
#include "client/cli/session.h"
#include "client/cli/whole_number.h"

namespace replog::cli {
namespace {

struct CursorOptions {
  std::string node;
  uint64_t sequence = 0;
  bool allow_backwards = false;
};

ExitCode Print(const Session& session, const std::string& node, std::optional<uint64_t> cursor) {
  Output output;
  if (session.json) {
    nlohmann::ordered_json line{{"node", node}};
    if (cursor) line["cursor"] = *cursor;
    output.buffer() = line.dump();
  } else {
    output.buffer() = cursor ? WithSeparators(*cursor) : "none";
  }
  output.buffer() += '\n';
  output.Flush();
  return ExitCode::kOk;
}

ExitCode RunGet(const Session& session, const CursorOptions& options) {
  const auto nodes = session.MakeClient().ListNodes();
  if (!nodes.ok()) return Fail(nodes.status());
  const auto found =
      std::find_if(nodes->begin(), nodes->end(), [&](const auto& node) { return node.node == options.node; });
  if (found != nodes->end()) return Print(session, found->node, found->cursor);
  std::string name;
  AppendPrintable(name, options.node);
  std::fprintf(stderr, "replog: no such node: %s\n", name.c_str());
  return ExitCode::kFailed;
}

ExitCode RunSet(const Session& session, const CursorOptions& options) {
  const auto cursor =
      session.MakeClient().Acknowledge(options.node, options.sequence, options.allow_backwards);
  return cursor.ok() ? Print(session, options.node, *cursor) : Fail(cursor.status());
}

}  // namespace

void AddCursorCommand(CLI::App& app, Session& session) {
  auto options = std::make_shared<CursorOptions>();
  CLI::App* cursor = app.add_subcommand("cursor", "Show or move a node's cursor");
  cursor->footer("Examples:\n  replog cursor get gateway-7\n  replog cursor set importer 120000");
  cursor->require_subcommand(1);
  cursor->fallthrough();
  CLI::App* get = cursor->add_subcommand("get", "Print a node's cursor: everything before it is applied");
  get->footer(
      "Prints none for a node that has not acknowledged yet.\n\nExample:\n  replog cursor get gateway-7");
  get->add_option("NODE", options->node, "The node")->required();
  get->callback(
      [&session, options] { session.action = [&session, options] { return RunGet(session, *options); }; });
  CLI::App* set = cursor->add_subcommand("set", "Say that a node has applied everything before a sequence");
  set->footer(
      "A node that is not known becomes one. Stop a node before its cursor is moved: while it runs it "
      "acknowledges\n"
      "what it applies, and what is set here is overtaken. With --from-cursor it goes on there when it "
      "starts.\n\nExamples:\n  replog cursor set importer 120000\n"
      "  replog cursor set importer 0 --allow-backwards");
  set->add_option("NODE", options->node, "The node")->required();
  set->add_option("SEQUENCE", options->sequence, "Everything before this is applied")
      ->required()
      ->check(WholeNumber());
  set->add_flag("--allow-backwards", options->allow_backwards, "Also when the cursor is further already");
  set->callback(
      [&session, options] { session.action = [&session, options] { return RunSet(session, *options); }; });
}

}  // namespace replog::cli
