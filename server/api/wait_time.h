#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/core/node_wait.h"

namespace replog {

// `timeout` of a request that waits for nodes, in microseconds.
template <typename Request>
absl::StatusOr<int64_t> WaitMicros(const Request& request, int64_t default_us) {
  if (!request.has_timeout()) return default_us;
  const auto& timeout = request.timeout();
  const bool legal = timeout.seconds() >= 0 && timeout.seconds() <= kMaxWaitUs / 1'000'000 &&
                     timeout.nanos() >= 0 && timeout.nanos() < 1'000'000'000;
  const int64_t timeout_us = legal ? timeout.seconds() * 1'000'000 + timeout.nanos() / 1000 : -1;
  if (legal && timeout_us <= kMaxWaitUs) return timeout_us;
  return MakeError(Reason::kInvalidField,
                   absl::StrCat("timeout: is ", timeout.seconds(), " s, the range is 0 to 60 s"),
                   {{"field", "timeout"}, {"limit", "60"}, {"value", std::to_string(timeout.seconds())}});
}

}  // namespace replog
