#pragma once

#include "client/node.h"

namespace CLI {
class App;
}

namespace replog::cli {

// Adds --fleet and --node, which say what nodes a command is about. `choice` must outlive the parsing.
void AddNodeChoice(CLI::App& command, client::NodeChoice& choice);

}  // namespace replog::cli
