#pragma once

#include <atomic>
#include <memory>

namespace replog {

// Counts what is in use of something of which there is so much for all connections together. Thread-safe.
class InUse {
 public:
  explicit InUse(size_t limit) : limit_(limit) {}

  size_t limit() const { return limit_; }
  // Asked before taking; who asks at the same time may together take a little more than there is.
  bool full() const { return *taken_ >= limit_; }
  // It is given back when the last copy of what this returns is gone.
  std::shared_ptr<const void> Take(size_t amount) {
    *taken_ += amount;
    return {nullptr, [taken = taken_, amount](const void*) { *taken -= amount; }};
  }

 private:
  const size_t limit_;
  std::shared_ptr<std::atomic<size_t>> taken_ = std::make_shared<std::atomic<size_t>>(0);
};

}  // namespace replog
