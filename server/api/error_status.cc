#include "server/api/error_status.h"

#include <random>

#include "base/error.h"
#include "google/rpc/error_details.pb.h"
#include "server/core/refusal_counters.h"

namespace replog {
namespace {

constexpr int kShortestRetryMs = 100;
constexpr int kLongestRetryMs = 1000;

google::rpc::RetryInfo RandomDelay() {
  static thread_local std::minstd_rand random(std::random_device{}());
  const int delay_ms = std::uniform_int_distribution(kShortestRetryMs, kLongestRetryMs)(random);
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(delay_ms / 1000);
  retry.mutable_retry_delay()->set_nanos(delay_ms % 1000 * 1'000'000);
  return retry;
}

}  // namespace

bool WorthRetrying(Reason reason) {
  return reason == Reason::kShuttingDown || reason == Reason::kBusy || reason == Reason::kTooManyWaiting ||
         reason == Reason::kRecovering || reason == Reason::kRateLimited || reason == Reason::kStoreFailed ||
         reason == Reason::kDiskFull;
}

google::rpc::Status ToRpcStatus(const absl::Status& status) {
  google::rpc::Status rpc;
  rpc.set_code(static_cast<int>(status.code()));
  rpc.set_message(std::string(status.message()));
  if (!status.ok()) Refusals(Transport::kGrpc).Count(status);
  const auto reason = ReasonOf(status);
  if (!reason) {
    if (!status.ok()) rpc.set_code(static_cast<int>(absl::StatusCode::kInternal));
    return rpc;
  }
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(ReasonName(*reason)));
  info.set_domain("replog");
  for (const auto& [name, value] : MetadataOf(status)) (*info.mutable_metadata())[name] = value;
  rpc.add_details()->PackFrom(info);
  if (WorthRetrying(*reason)) rpc.add_details()->PackFrom(RandomDelay());
  return rpc;
}

}  // namespace replog
