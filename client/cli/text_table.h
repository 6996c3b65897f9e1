#pragma once

#include <string>
#include <vector>

namespace replog::cli {

// Rows of text for people, whose columns begin below one another. The first row is the heading. Control
// characters come out as escapes.
std::string FormatTable(const std::vector<std::vector<std::string>>& rows);

}  // namespace replog::cli
