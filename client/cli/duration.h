#pragma once

#include <CLI/CLI.hpp>

namespace replog::cli {

// Turns a duration as in 500ms, 5s, 90m, 12h or 7d into milliseconds. The unit is required.
CLI::Validator Duration();

}  // namespace replog::cli
