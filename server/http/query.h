#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "base/http/target.h"

namespace replog {

// Reads what a request says behind its `?`. What is wrong is told at the end, by status().
class QueryReader {
 public:
  // `target` must outlive it.
  explicit QueryReader(const http::Target& target) : target_(target) {}

  std::optional<std::string> Text(std::string_view name);
  // Digits only.
  std::optional<uint64_t> Number(std::string_view name);
  // A duration with its unit (500ms, 2s), in microseconds; at most `longest_us`.
  std::optional<int64_t> DurationMicros(std::string_view name, int64_t longest_us);
  // There at all, "1" or "true": yes. "0" or "false": no.
  bool Flag(std::string_view name);

  // INVALID_FIELD: a value that is not legal, or a name that nobody asked for.
  absl::Status status() const;

 private:
  void Refuse(std::string_view name, std::string_view why);

  const http::Target& target_;
  size_t known_ = 0;  // of the names given
  std::string asked_;
  absl::Status status_;
};

}  // namespace replog
