#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace replog {

// A webhook as it came in: what its signature is checked over and its record is made of. The body must
// outlive it.
struct Delivery {
  // The value of a header field, whatever the case of its name; empty: there is none.
  std::function<std::string_view(std::string_view name)> field;
  std::string_view body;
  int64_t now_us = 0;  // wall clock, when it came
};

}  // namespace replog
