#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace replog::cli {

// Adds `text` with its control characters as escapes, so that what others wrote cannot steer the terminal.
void AppendPrintable(std::string& out, std::string_view text);

// "206,046"
std::string WithSeparators(uint64_t number);
// "1.4 MiB"
std::string HumanBytes(uint64_t bytes);

}  // namespace replog::cli
