#include "server/rpc/status_map.h"

#include <gtest/gtest.h>

#include <set>

#include "base/error.h"
#include "google/rpc/error_details.pb.h"
#include "server/api/error_status.h"

namespace replog {
namespace {

struct Row {
  Reason reason;
  const char* name;
  grpc::StatusCode code;
  bool retry;  // comes with a RetryInfo
};

// What clients program against. A change here is a change of the contract.
const Row kTable[] = {
    {Reason::kMalformed, "MALFORMED", grpc::StatusCode::INVALID_ARGUMENT, false},
    {Reason::kInvalidField, "INVALID_FIELD", grpc::StatusCode::INVALID_ARGUMENT, false},
    {Reason::kUnknownField, "UNKNOWN_FIELD", grpc::StatusCode::INVALID_ARGUMENT, false},
    {Reason::kDuplicateField, "DUPLICATE_FIELD", grpc::StatusCode::INVALID_ARGUMENT, false},
    {Reason::kServerOwnedField, "SERVER_OWNED_FIELD", grpc::StatusCode::INVALID_ARGUMENT, false},
    {Reason::kEmptyBatch, "EMPTY_BATCH", grpc::StatusCode::INVALID_ARGUMENT, false},
    {Reason::kTooLarge, "TOO_LARGE", grpc::StatusCode::RESOURCE_EXHAUSTED, false},
    {Reason::kDiskFull, "DISK_FULL", grpc::StatusCode::RESOURCE_EXHAUSTED, true},
    {Reason::kTooManyLogs, "TOO_MANY_LOGS", grpc::StatusCode::RESOURCE_EXHAUSTED, false},
    {Reason::kTooManyNodes, "TOO_MANY_NODES", grpc::StatusCode::RESOURCE_EXHAUSTED, false},
    {Reason::kBusy, "BUSY", grpc::StatusCode::RESOURCE_EXHAUSTED, true},
    {Reason::kTooManyLeases, "TOO_MANY_LEASES", grpc::StatusCode::RESOURCE_EXHAUSTED, false},
    {Reason::kTooManyWaiting, "TOO_MANY_WAITING", grpc::StatusCode::RESOURCE_EXHAUSTED, true},
    {Reason::kTooManyProducers, "TOO_MANY_PRODUCERS", grpc::StatusCode::RESOURCE_EXHAUSTED, false},
    {Reason::kLogNotFound, "LOG_NOT_FOUND", grpc::StatusCode::NOT_FOUND, false},
    {Reason::kNodeNotFound, "NODE_NOT_FOUND", grpc::StatusCode::NOT_FOUND, false},
    {Reason::kKeyNotFound, "KEY_NOT_FOUND", grpc::StatusCode::NOT_FOUND, false},
    {Reason::kUnknownProducer, "UNKNOWN_PRODUCER", grpc::StatusCode::NOT_FOUND, false},
    {Reason::kLogExists, "LOG_EXISTS", grpc::StatusCode::ALREADY_EXISTS, false},
    {Reason::kBelowFirstKept, "BELOW_FIRST_KEPT", grpc::StatusCode::OUT_OF_RANGE, false},
    {Reason::kPastTheEnd, "PAST_THE_END", grpc::StatusCode::OUT_OF_RANGE, false},
    {Reason::kProducerUnknownBatch, "PRODUCER_UNKNOWN_BATCH", grpc::StatusCode::OUT_OF_RANGE, false},
    {Reason::kForked, "FORKED", grpc::StatusCode::ABORTED, false},
    {Reason::kSuperseded, "SUPERSEDED", grpc::StatusCode::ABORTED, false},
    {Reason::kWrongLog, "WRONG_LOG", grpc::StatusCode::ABORTED, false},
    {Reason::kNotBuilt, "NOT_BUILT", grpc::StatusCode::UNIMPLEMENTED, false},
    {Reason::kLogProtected, "LOG_PROTECTED", grpc::StatusCode::FAILED_PRECONDITION, false},
    {Reason::kUuidMismatch, "UUID_MISMATCH", grpc::StatusCode::FAILED_PRECONDITION, false},
    {Reason::kCursorBackwards, "CURSOR_BACKWARDS", grpc::StatusCode::FAILED_PRECONDITION, false},
    {Reason::kNodeConnected, "NODE_CONNECTED", grpc::StatusCode::FAILED_PRECONDITION, false},
    {Reason::kNoExpectedNodes, "NO_EXPECTED_NODES", grpc::StatusCode::FAILED_PRECONDITION, false},
    {Reason::kConditionFailed, "CONDITION_FAILED", grpc::StatusCode::FAILED_PRECONDITION, false},
    {Reason::kLeaseHeld, "LEASE_HELD", grpc::StatusCode::FAILED_PRECONDITION, false},
    {Reason::kLeaseNotHeld, "LEASE_NOT_HELD", grpc::StatusCode::FAILED_PRECONDITION, false},
    {Reason::kLeaseFenced, "LEASE_FENCED", grpc::StatusCode::FAILED_PRECONDITION, false},
    {Reason::kProducerFenced, "PRODUCER_FENCED", grpc::StatusCode::FAILED_PRECONDITION, false},
    {Reason::kProducerGap, "PRODUCER_GAP", grpc::StatusCode::FAILED_PRECONDITION, false},
    {Reason::kStoreLocked, "STORE_LOCKED", grpc::StatusCode::FAILED_PRECONDITION, false},
    {Reason::kFormatTooNew, "FORMAT_TOO_NEW", grpc::StatusCode::FAILED_PRECONDITION, false},
    {Reason::kWrongDirectory, "WRONG_DIRECTORY", grpc::StatusCode::FAILED_PRECONDITION, false},
    {Reason::kShuttingDown, "SHUTTING_DOWN", grpc::StatusCode::UNAVAILABLE, true},
    {Reason::kStoreFailed, "STORE_FAILED", grpc::StatusCode::UNAVAILABLE, true},
    {Reason::kRecovering, "STORE_RECOVERING", grpc::StatusCode::UNAVAILABLE, true},
    {Reason::kCorruptChunk, "CORRUPT_CHUNK", grpc::StatusCode::DATA_LOSS, false},
    {Reason::kBelowFloor, "BELOW_FLOOR", grpc::StatusCode::DATA_LOSS, false},
    {Reason::kTooManyStreams, "TOO_MANY_STREAMS", grpc::StatusCode::RESOURCE_EXHAUSTED, false},
    {Reason::kRateLimited, "RATE_LIMITED", grpc::StatusCode::RESOURCE_EXHAUSTED, true},
    {Reason::kUnauthenticated, "UNAUTHENTICATED", grpc::StatusCode::UNAUTHENTICATED, false},
    {Reason::kTokenExpired, "TOKEN_EXPIRED", grpc::StatusCode::UNAUTHENTICATED, false},
    {Reason::kBadSignature, "BAD_SIGNATURE", grpc::StatusCode::UNAUTHENTICATED, false},
    {Reason::kPermissionDenied, "PERMISSION_DENIED", grpc::StatusCode::PERMISSION_DENIED, false},
    {Reason::kGrantRevoked, "GRANT_REVOKED", grpc::StatusCode::PERMISSION_DENIED, false},
    {Reason::kWebhookNotFound, "WEBHOOK_NOT_FOUND", grpc::StatusCode::NOT_FOUND, false},
    {Reason::kDirectoryNotEmpty, "DIRECTORY_NOT_EMPTY", grpc::StatusCode::FAILED_PRECONDITION, false},
    {Reason::kBackupDamaged, "BACKUP_DAMAGED", grpc::StatusCode::DATA_LOSS, false},
    {Reason::kCancelled, "CANCELLED", grpc::StatusCode::CANCELLED, false},
};

TEST(StatusMap, EachReasonHasItsCodeNameMetadataAndHint) {
  for (const Row& row : kTable) {
    SCOPED_TRACE(row.name);
    const auto rpc = ToRpcStatus(MakeError(row.reason, "the message", {{"field", "x"}, {"limit", "7"}}));
    EXPECT_EQ(rpc.code(), static_cast<int>(row.code));
    EXPECT_EQ(rpc.message(), "the message");
    google::rpc::ErrorInfo info;
    ASSERT_TRUE(rpc.details_size() > 0 && rpc.details(0).UnpackTo(&info));
    EXPECT_EQ(info.reason(), row.name);
    EXPECT_EQ(info.domain(), "replog");
    EXPECT_EQ(info.metadata_size(), 2);
    EXPECT_EQ(info.metadata().at("field"), "x");
    EXPECT_EQ(info.metadata().at("limit"), "7");
    EXPECT_EQ(rpc.details_size(), row.retry ? 2 : 1);
    if (row.retry) EXPECT_TRUE(rpc.details(1).Is<google::rpc::RetryInfo>());
  }
}

TEST(StatusMap, TheTableHasEveryReason) {
  std::set<Reason> reasons;
  for (const Row& row : kTable) reasons.insert(row.reason);
  EXPECT_EQ(reasons.size(), static_cast<size_t>(Reason::kCancelled) + 1);
}

TEST(StatusMap, TheDetailsTravelInTheGrpcStatus) {
  const auto status = ToGrpcStatus(MakeError(Reason::kForked, "forked", {{"fork_sequence", "3"}}));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::ABORTED);
  google::rpc::Status rpc;
  ASSERT_TRUE(rpc.ParseFromString(status.error_details()));
  EXPECT_EQ(rpc.code(), static_cast<int>(status.error_code()));
  EXPECT_EQ(rpc.message(), status.error_message());
}

TEST(StatusMap, RetryDelaysAreSpread) {
  std::set<int64_t> delays;
  for (int i = 0; i < 100; ++i) {
    google::rpc::RetryInfo retry;
    ASSERT_TRUE(ToRpcStatus(MakeError(Reason::kShuttingDown, "")).details(1).UnpackTo(&retry));
    const int64_t delay_ms = retry.retry_delay().seconds() * 1000 + retry.retry_delay().nanos() / 1'000'000;
    EXPECT_GE(delay_ms, 100);
    EXPECT_LE(delay_ms, 1000);
    delays.insert(delay_ms);
  }
  EXPECT_GT(delays.size(), 10u);
}

TEST(StatusMap, WhatHasNoReasonIsInternal) {
  EXPECT_EQ(ToGrpcStatus(absl::NotFoundError("from elsewhere")).error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
}

}  // namespace
}  // namespace replog
