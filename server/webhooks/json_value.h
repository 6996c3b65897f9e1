#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace replog {

// JSON of a stranger. MALFORMED when it is none, or is nested deeper than 64: what walks it later may
// recurse.
absl::StatusOr<nlohmann::json> ParseJson(std::string_view text);

// What a pointer leads to, as text: a string as it is, a whole number in digits. INVALID_FIELD when there is
// nothing, or something else, for `field`, which the error names.
absl::StatusOr<std::string> PlainTextAt(const nlohmann::json& document, const std::string& pointer,
                                        std::string_view field);

// The same, where anything else becomes JSON in its shortest form.
absl::StatusOr<std::string> AnyTextAt(const nlohmann::json& document, const std::string& pointer,
                                      std::string_view field);

}  // namespace replog
