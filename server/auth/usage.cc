#include "server/auth/usage.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace replog {

void Usage::SetLimits(const PrincipalLimits& limits) {
  const int64_t now_us = clock_.MonotonicMicros();
  MutexLock lock(mutex_);
  if (limits.requests_per_second != limits_.requests_per_second)
    requests_ = TokenBucket(limits.requests_per_second, now_us);
  if (limits.bytes_per_second != limits_.bytes_per_second)
    bytes_ = TokenBucket(limits.bytes_per_second, now_us);
  limits_ = limits;
}

absl::Status Usage::Refuse(const char* what, uint64_t limit, uint64_t value) const {
  return MakeError(Reason::kRateLimited,
                   absl::StrCat("principal \"", principal_, "\": more than ", limit, " ", what,
                                " a second; nothing was done"),
                   {{"principal", principal_},
                    {"limit", absl::StrCat(limit, " ", what, " a second")},
                    {"value", std::to_string(value)}});
}

absl::Status Usage::Admit(size_t bytes) {
  const int64_t now_us = clock_.MonotonicMicros();
  MutexLock lock(mutex_);
  if (!requests_.Allows(1, now_us)) return Refuse("requests", limits_.requests_per_second, 1);
  if (!bytes_.Allows(bytes, now_us)) return Refuse("bytes", limits_.bytes_per_second, bytes);
  requests_.Take(1);
  bytes_.Take(bytes);
  return absl::OkStatus();
}

void Usage::Charge(size_t bytes) {
  MutexLock lock(mutex_);
  bytes_.Take(bytes);
}

absl::Status Usage::OpenStream() {
  MutexLock lock(mutex_);
  if (limits_.streams != 0 && streams_ >= limits_.streams) {
    return MakeError(Reason::kTooManyStreams,
                     absl::StrCat("principal \"", principal_, "\": has ", streams_,
                                  " open streams, the limit is ", limits_.streams),
                     {{"principal", principal_}, {"limit", std::to_string(limits_.streams)}});
  }
  ++streams_;
  return absl::OkStatus();
}

void Usage::CloseStream() {
  MutexLock lock(mutex_);
  --streams_;
}

}  // namespace replog
