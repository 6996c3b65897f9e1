#pragma once

#include <CLI/CLI.hpp>
#include <chrono>

namespace replog::cli {

// Turns a duration as in 500ms, 5s, 90m, 12h or 7d into milliseconds. The unit is required.
CLI::Validator Duration(std::chrono::milliseconds least = {},
                        std::chrono::milliseconds most = std::chrono::milliseconds::max());

// A number of seconds, as in 5 or 0.5.
CLI::Validator Seconds();

}  // namespace replog::cli
