#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/model/types.h"

namespace replog {

// A record that expires: if it is still its key's newest then, a tombstone is to follow.
struct Expiry {
  int64_t expires_us = 0;  // microseconds since 1970, rounded down
  std::string channel;
  std::string key;
  Sequence sequence = 0;
  bool operator==(const Expiry&) const = default;
};

// Which of a log's to read.
struct ExpiryScan {
  int64_t from_us = 0;
  int64_t before_us = INT64_MAX;
  size_t max_entries = SIZE_MAX;
};

// Some of a log's, by time.
struct ExpirySlice {
  std::vector<Expiry> entries;
  // When the first expires that follows `entries`; nullopt: none follows.
  std::optional<int64_t> next_us;
};

}  // namespace replog
