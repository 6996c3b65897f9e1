#pragma once

#include <cstddef>
#include <cstdint>

namespace replog {

// What a request may be at most. Each can be configured within the range of its comment.
struct Limits {
  size_t record_bytes = 1 << 20;   // 1 KiB to 3 MiB: a frame of one record must fit a client's 4 MiB
  size_t request_bytes = 2 << 20;  // 4 KiB to 64 MiB
  size_t channel_bytes = 512;      // 1 to 512
  size_t key_bytes = 1024;         // 1 to 4096
  size_t id_bytes = 256;           // 1 to 1024
  size_t headers = 64;             // 0 to 1024
  size_t header_bytes = 16 << 10;  // 0 to 1 MiB: names and values of one record together
  size_t channel_patterns = 256;   // of one reader's filter
};

// Frames and pages. A frame is what one write of a subscription carries.
inline constexpr size_t kMinFrameBytes = 4 << 10;
inline constexpr size_t kDefaultFrameBytes = 256 << 10;
inline constexpr size_t kMaxFrameBytes = 3 << 20;
inline constexpr uint32_t kDefaultPageRecords = 1000;
inline constexpr uint32_t kMaxPageRecords = 100'000;
inline constexpr size_t kMaxLookupKeys = 1000;
inline constexpr size_t kMaxKeyConditions = 1000;
inline constexpr size_t kDefaultPageBytes = 1 << 20;
inline constexpr size_t kMaxPageBytes = 3 << 20;

}  // namespace replog
