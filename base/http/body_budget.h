#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "base/http/message.h"
#include "base/mutex.h"

namespace replog::http {

// How many bytes of bodies may be in memory at once, over all connections, from when they come until their
// requests are answered. An eighth is for small ones, so that large ones do not keep them out.
// Thread-safe.
class BodyBudget {
 public:
  // `refusal`: what a request is answered whose body has no room; called from any thread.
  BodyBudget(size_t max_bytes, std::function<Response()> refusal)
      : max_bytes_(max_bytes), refusal_(std::move(refusal)) {}

  // Whether there is room for one that has `held` bytes to have `wanted`, which then are taken. One that is
  // alone always has room: so every body that a route allows passes some time.
  bool Take(size_t held, size_t wanted) TSA_EXCLUDES(mutex_) {
    const size_t most = wanted <= kSmallBytes ? max_bytes_ : max_bytes_ - max_bytes_ / 8;
    MutexLock lock(mutex_);
    const size_t others = taken_ - held;
    if (others != 0 && others + wanted > most) return false;
    taken_ = others + wanted;
    return true;
  }
  void GiveBack(size_t bytes) TSA_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    taken_ -= bytes;
  }
  Response Refusal() const { return refusal_(); }
  size_t taken() const TSA_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return taken_;
  }

 private:
  static constexpr size_t kSmallBytes = 128 << 10;  // with what was read and is not yet of the body

  const size_t max_bytes_;
  const std::function<Response()> refusal_;
  mutable Mutex mutex_;
  size_t taken_ TSA_GUARDED_BY(mutex_) = 0;
};

// What one request has of a budget, given back when it ends. Not thread-safe.
class BodyShare {
 public:
  // `budget` is not null.
  explicit BodyShare(std::shared_ptr<BodyBudget> budget) : budget_(std::move(budget)) {}
  ~BodyShare() { budget_->GiveBack(bytes_); }
  BodyShare(const BodyShare&) = delete;
  BodyShare& operator=(const BodyShare&) = delete;

  // Makes it `bytes` in all, if it is less; false, and as it was, when there is no room for them.
  bool GrowTo(size_t bytes) {
    if (bytes <= bytes_) return true;
    if (!budget_->Take(bytes_, bytes)) return false;
    bytes_ = bytes;
    return true;
  }
  Response Refusal() const { return budget_->Refusal(); }

 private:
  const std::shared_ptr<BodyBudget> budget_;
  size_t bytes_ = 0;
};

}  // namespace replog::http
