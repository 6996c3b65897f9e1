#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace replog {

// Which of `known` somebody who wrote `name` may have meant; empty: none is near.
std::string NearestName(std::string_view name, const std::vector<std::string>& known);

}  // namespace replog
