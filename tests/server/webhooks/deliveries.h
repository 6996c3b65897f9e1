#pragma once

#include <map>
#include <string>

#include "absl/strings/match.h"
#include "server/webhooks/delivery.h"
#include "server/webhooks/webhooks_file.h"

namespace replog::testing {

inline constexpr int64_t kSecondUs = 1'000'000;

// A delivery with these header fields. They and the body must outlive it.
inline Delivery MakeDelivery(const std::map<std::string, std::string>& fields, std::string_view body,
                             int64_t now_s = 0) {
  return {.field = [&fields](std::string_view name) -> std::string_view {
            for (const auto& [field, value] : fields) {
              if (absl::EqualsIgnoreCase(field, {name.data(), name.size()})) return value;
            }
            return {};
          },
          .body = body,
          .now_us = now_s* kSecondUs};
}

// Secret files and variables of a test: each holds `secret-of-NAME`, but for `missing`.
inline SecretSource MadeUpSecrets() {
  const auto secret = [](const std::string& name) -> absl::StatusOr<std::string> {
    if (name == "missing") return absl::InvalidArgumentError("missing: cannot be read");
    return "secret-of-" + name + "\n";
  };
  return {.file = secret, .environment = secret};
}

}  // namespace replog::testing
