#include "client/internal/status_conversion.h"

#include "base/error.h"
#include "google/rpc/error_details.pb.h"

namespace replog::client::internal {
namespace {

Status Convert(int code, const std::string& message, const google::rpc::Status& rich) {
  google::rpc::ErrorInfo info;
  std::optional<std::chrono::milliseconds> retry_delay;
  for (const auto& detail : rich.details()) {
    google::rpc::RetryInfo retry;
    if (detail.UnpackTo(&retry)) {
      const auto& delay = retry.retry_delay();
      retry_delay =
          std::chrono::seconds(delay.seconds()) + std::chrono::milliseconds(delay.nanos() / 1'000'000);
    } else {
      detail.UnpackTo(&info);
    }
  }
  const bool known = code > 0 && code <= static_cast<int>(StatusCode::kUnauthenticated);
  Status status(known ? static_cast<StatusCode>(code) : StatusCode::kUnknown, message, info.reason(),
                {info.metadata().begin(), info.metadata().end()});
  if (retry_delay) status.set_retry_delay(*retry_delay);
  return status;
}

}  // namespace

Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return {};
  google::rpc::Status rich;  // stays empty when there are no details, or when they are not of this form
  if (!rich.ParseFromString(status.error_details())) rich.Clear();
  return Convert(status.error_code(), status.error_message(), rich);
}

Status FromAbsl(const absl::Status& status) {
  if (status.ok()) return {};
  const auto reason = ReasonOf(status);
  const Metadata metadata = MetadataOf(status);
  return {static_cast<StatusCode>(status.code()),
          std::string(status.message()),
          reason ? ReasonName(*reason) : std::string_view(),
          {metadata.begin(), metadata.end()}};
}

Status FromRpcStatus(const google::rpc::Status& status) {
  return Convert(status.code(), status.message(), status);
}

}  // namespace replog::client::internal
