#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/model/types.h"

namespace replog {

// A place among a log's records that expire, whose order is that of (time, channel, key).
struct ExpiryPlace {
  int64_t expires_us = 0;  // microseconds since 1970, rounded down
  std::string channel;
  std::string key;
  auto operator<=>(const ExpiryPlace&) const = default;  // NOLINT(modernize-use-nullptr): no literal is here
};

// A record that expires: if it is still its key's newest then, a tombstone is to follow.
struct Expiry {
  ExpiryPlace place;
  Sequence sequence = 0;
  bool operator==(const Expiry&) const = default;
};

// Which of a log's to read.
struct ExpiryScan {
  ExpiryPlace from;
  int64_t before_us = INT64_MAX;
  size_t max_entries = SIZE_MAX;
};

// Some of a log's, in their order.
struct ExpirySlice {
  std::vector<Expiry> entries;
  std::optional<ExpiryPlace> next;  // the first that follows; nullopt: none does
};

}  // namespace replog
