#pragma once

#include <atomic>
#include <memory>

namespace replog {

// Counts bytes of answers that clients have not taken yet, over all connections. Thread-safe.
class HeldBytes {
 public:
  bool full() const { return *held_ > kMaxBytes; }
  // They are given back when the last copy of what this returns is gone.
  std::shared_ptr<const void> Take(size_t bytes) {
    *held_ += bytes;
    return {nullptr, [held = held_, bytes](const void*) { *held -= bytes; }};
  }

 private:
  static constexpr size_t kMaxBytes = 128 << 20;
  std::shared_ptr<std::atomic<size_t>> held_ = std::make_shared<std::atomic<size_t>>(0);
};

}  // namespace replog
