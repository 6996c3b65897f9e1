#include "client/cli/node_choice.h"

#include <CLI/CLI.hpp>

namespace replog::cli {

void AddNodeChoice(CLI::App& command, client::NodeChoice& choice) {
  auto* fleet =
      command.add_option("--fleet", choice.fleet, "Ask the nodes of this fleet; default: all nodes");
  command.add_option("--node", choice.nodes, "Ask this node, known or not; repeatable")
      ->allow_extra_args(false)
      ->excludes(fleet);
}

}  // namespace replog::cli
