#pragma once

#include <string_view>

#include "absl/strings/match.h"

namespace replog::http {

// Whether the value of a Content-Type field is of this type, whatever its case and parameters.
inline bool IsMediaType(std::string_view field, std::string_view type) {
  std::string_view name = field.substr(0, field.find(';'));
  while (name.ends_with(' ')) name.remove_suffix(1);
  return absl::EqualsIgnoreCase({name.data(), name.size()}, {type.data(), type.size()});
}

}  // namespace replog::http
