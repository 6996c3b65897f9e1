#include "client/internal/status_conversion.h"

#include <gtest/gtest.h>

#include "google/rpc/error_details.pb.h"

namespace replog::client::internal {
namespace {

google::rpc::Status RichStatus() {
  google::rpc::Status rich;
  rich.set_code(static_cast<int>(StatusCode::kOutOfRange));
  rich.set_message("gone");
  google::rpc::ErrorInfo info;
  info.set_reason("BELOW_FIRST_KEPT");
  info.set_domain("replog");
  (*info.mutable_metadata())["first_kept_sequence"] = "1200";
  rich.add_details()->PackFrom(info);
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(1);
  retry.mutable_retry_delay()->set_nanos(500'000'000);
  rich.add_details()->PackFrom(retry);
  return rich;
}

void ExpectRich(const Status& status) {
  EXPECT_EQ(status.code(), StatusCode::kOutOfRange);
  EXPECT_EQ(status.message(), "gone");
  EXPECT_EQ(status.reason(), "BELOW_FIRST_KEPT");
  EXPECT_EQ(status.metadata().at("first_kept_sequence"), "1200");
  EXPECT_EQ(status.retry_delay(), std::chrono::milliseconds(1'500));
  EXPECT_EQ(status.ToString(), "OUT_OF_RANGE (BELOW_FIRST_KEPT): gone");
}

TEST(StatusConversion, KeepsReasonMetadataAndRetryDelay) {
  ExpectRich(FromGrpc({grpc::StatusCode::OUT_OF_RANGE, "gone", RichStatus().SerializeAsString()}));
  ExpectRich(FromRpcStatus(RichStatus()));
}

TEST(StatusConversion, TakesAStatusWithoutDetailsOrWithOthers) {
  EXPECT_TRUE(FromGrpc(grpc::Status::OK).ok());
  const Status status = FromGrpc({grpc::StatusCode::UNAVAILABLE, "gone", "\xff not ours"});
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_EQ(status.reason(), "");
  EXPECT_FALSE(status.retry_delay().has_value());
}

TEST(StatusConversion, AnErrorWithoutALegalCodeIsStillAnError) {
  EXPECT_EQ(FromRpcStatus(google::rpc::Status()).code(), StatusCode::kUnknown);
}

}  // namespace
}  // namespace replog::client::internal
