#pragma once

#include <CLI/CLI.hpp>

namespace replog::cli {

// A check for options of unsigned 64-bit numbers: CLI11 would take -1, and what is too large, for the largest
// number.
const CLI::Validator& WholeNumber();

}  // namespace replog::cli
