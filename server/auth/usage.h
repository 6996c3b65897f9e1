#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "server/auth/grant.h"
#include "server/auth/token_bucket.h"

namespace replog {

// What a principal uses up, over all of its connections, against its limits. Thread-safe.
class Usage {
 public:
  // `clock` must outlive it.
  Usage(std::string principal, Clock& clock) : principal_(std::move(principal)), clock_(clock) {}

  // From now on these. A limit that stays as it is goes on from where it stands.
  void SetLimits(const PrincipalLimits& limits) TSA_EXCLUDES(mutex_);
  // Counts a request; RATE_LIMITED when it has to wait, and then counts nothing.
  absl::Status Admit(size_t bytes) TSA_EXCLUDES(mutex_);
  // Counts bytes of an answer, whose size is known only when it is there: the next request waits for them.
  void Charge(size_t bytes) TSA_EXCLUDES(mutex_);
  // TOO_MANY_STREAMS.
  absl::Status OpenStream() TSA_EXCLUDES(mutex_);
  void CloseStream() TSA_EXCLUDES(mutex_);

 private:
  absl::Status Refuse(const char* what, uint64_t limit, uint64_t value) const;

  const std::string principal_;
  Clock& clock_;
  Mutex mutex_;
  PrincipalLimits limits_ TSA_GUARDED_BY(mutex_);
  TokenBucket requests_ TSA_GUARDED_BY(mutex_){0, 0};
  TokenBucket bytes_ TSA_GUARDED_BY(mutex_){0, 0};
  uint64_t streams_ TSA_GUARDED_BY(mutex_) = 0;
};

// One open stream of a principal, for as long as it lives.
class StreamSlot {
 public:
  StreamSlot() = default;  // counts nowhere
  // OpenStream was said.
  explicit StreamSlot(std::shared_ptr<Usage> usage) : usage_(std::move(usage)) {}
  StreamSlot(StreamSlot&& other) noexcept : usage_(std::exchange(other.usage_, nullptr)) {}
  StreamSlot& operator=(StreamSlot&& other) noexcept {
    std::swap(usage_, other.usage_);
    return *this;
  }
  ~StreamSlot() {
    if (usage_ != nullptr) usage_->CloseStream();
  }

 private:
  std::shared_ptr<Usage> usage_;
};

}  // namespace replog
