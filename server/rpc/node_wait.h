#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/core/names.h"

// What calls that wait for nodes have in common: whom to wait for, and how long.
namespace replog {

inline constexpr int kMaxWaitedNodes = 1'000;
inline constexpr int64_t kMaxWaitUs = 60'000'000;

// `nodes` and `fleet` of a request.
template <typename Request>
absl::Status CheckWaitedNodes(const Request& request) {
  const auto invalid = [](const std::string& field, const std::string& why, Metadata metadata = {}) {
    metadata.insert(metadata.begin(), {"field", field});
    return MakeError(Reason::kInvalidField, field + ": " + why, metadata);
  };
  if (request.nodes_size() > kMaxWaitedNodes) {
    return invalid(
        "nodes", absl::StrCat("has ", request.nodes_size(), " entries, the limit is ", kMaxWaitedNodes),
        {{"limit", std::to_string(kMaxWaitedNodes)}, {"value", std::to_string(request.nodes_size())}});
  }
  for (int i = 0; i < request.nodes_size(); ++i) {
    if (auto status = CheckNodeName(request.nodes(i), absl::StrCat("nodes[", i, "]")); !status.ok())
      return status;
  }
  if (request.nodes_size() > 0 && !request.fleet().empty())
    return invalid("fleet", "is not legal with `nodes`: ask for the one or the others");
  return absl::OkStatus();
}

// `timeout` of a request, in microseconds.
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
