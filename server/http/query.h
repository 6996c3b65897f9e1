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
  // A time as RFC 3339 has it (2026-01-02T03:04:05Z), in microseconds since 1970.
  std::optional<int64_t> TimeMicros(std::string_view name);
  // Seconds since 1970, possibly with a fraction; not negative.
  std::optional<double> Seconds(std::string_view name);
  // A number of entries, as wide as the contract has it: a larger one is the largest.
  uint32_t Limit(std::string_view name);
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
