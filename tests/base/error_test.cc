#include "base/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <set>

namespace replog {
namespace {

using absl::StatusCode;

constexpr int kReasonCount = static_cast<int>(Reason::kCancelled) + 1;

struct Expected {
  Reason reason;
  const char* name;
  StatusCode code;
};

// What is on the wire and must not change: programs switch on it.
constexpr Expected kContract[] = {
    {Reason::kMalformed, "MALFORMED", StatusCode::kInvalidArgument},
    {Reason::kInvalidField, "INVALID_FIELD", StatusCode::kInvalidArgument},
    {Reason::kUnknownField, "UNKNOWN_FIELD", StatusCode::kInvalidArgument},
    {Reason::kDuplicateField, "DUPLICATE_FIELD", StatusCode::kInvalidArgument},
    {Reason::kServerOwnedField, "SERVER_OWNED_FIELD", StatusCode::kInvalidArgument},
    {Reason::kEmptyBatch, "EMPTY_BATCH", StatusCode::kInvalidArgument},
    {Reason::kTooLarge, "TOO_LARGE", StatusCode::kResourceExhausted},
    {Reason::kDiskFull, "DISK_FULL", StatusCode::kResourceExhausted},
    {Reason::kTooManyLogs, "TOO_MANY_LOGS", StatusCode::kResourceExhausted},
    {Reason::kTooManyNodes, "TOO_MANY_NODES", StatusCode::kResourceExhausted},
    {Reason::kBusy, "BUSY", StatusCode::kResourceExhausted},
    {Reason::kTooManyLeases, "TOO_MANY_LEASES", StatusCode::kResourceExhausted},
    {Reason::kTooManyWaiting, "TOO_MANY_WAITING", StatusCode::kResourceExhausted},
    {Reason::kTooManyProducers, "TOO_MANY_PRODUCERS", StatusCode::kResourceExhausted},
    {Reason::kTooManyStreams, "TOO_MANY_STREAMS", StatusCode::kResourceExhausted},
    {Reason::kRateLimited, "RATE_LIMITED", StatusCode::kResourceExhausted},
    {Reason::kUnauthenticated, "UNAUTHENTICATED", StatusCode::kUnauthenticated},
    {Reason::kTokenExpired, "TOKEN_EXPIRED", StatusCode::kUnauthenticated},
    {Reason::kBadSignature, "BAD_SIGNATURE", StatusCode::kUnauthenticated},
    {Reason::kPermissionDenied, "PERMISSION_DENIED", StatusCode::kPermissionDenied},
    {Reason::kGrantRevoked, "GRANT_REVOKED", StatusCode::kPermissionDenied},
    {Reason::kWebhookNotFound, "WEBHOOK_NOT_FOUND", StatusCode::kNotFound},
    {Reason::kLogNotFound, "LOG_NOT_FOUND", StatusCode::kNotFound},
    {Reason::kNodeNotFound, "NODE_NOT_FOUND", StatusCode::kNotFound},
    {Reason::kKeyNotFound, "KEY_NOT_FOUND", StatusCode::kNotFound},
    {Reason::kUnknownProducer, "UNKNOWN_PRODUCER", StatusCode::kNotFound},
    {Reason::kLogExists, "LOG_EXISTS", StatusCode::kAlreadyExists},
    {Reason::kBelowFirstKept, "BELOW_FIRST_KEPT", StatusCode::kOutOfRange},
    {Reason::kPastTheEnd, "PAST_THE_END", StatusCode::kOutOfRange},
    {Reason::kProducerUnknownBatch, "PRODUCER_UNKNOWN_BATCH", StatusCode::kOutOfRange},
    {Reason::kForked, "FORKED", StatusCode::kAborted},
    {Reason::kSuperseded, "SUPERSEDED", StatusCode::kAborted},
    {Reason::kWrongLog, "WRONG_LOG", StatusCode::kAborted},
    {Reason::kNotBuilt, "NOT_BUILT", StatusCode::kUnimplemented},
    {Reason::kLogProtected, "LOG_PROTECTED", StatusCode::kFailedPrecondition},
    {Reason::kUuidMismatch, "UUID_MISMATCH", StatusCode::kFailedPrecondition},
    {Reason::kCursorBackwards, "CURSOR_BACKWARDS", StatusCode::kFailedPrecondition},
    {Reason::kNodeConnected, "NODE_CONNECTED", StatusCode::kFailedPrecondition},
    {Reason::kNoExpectedNodes, "NO_EXPECTED_NODES", StatusCode::kFailedPrecondition},
    {Reason::kConditionFailed, "CONDITION_FAILED", StatusCode::kFailedPrecondition},
    {Reason::kLeaseHeld, "LEASE_HELD", StatusCode::kFailedPrecondition},
    {Reason::kLeaseNotHeld, "LEASE_NOT_HELD", StatusCode::kFailedPrecondition},
    {Reason::kLeaseFenced, "LEASE_FENCED", StatusCode::kFailedPrecondition},
    {Reason::kProducerFenced, "PRODUCER_FENCED", StatusCode::kFailedPrecondition},
    {Reason::kProducerGap, "PRODUCER_GAP", StatusCode::kFailedPrecondition},
    {Reason::kStoreLocked, "STORE_LOCKED", StatusCode::kFailedPrecondition},
    {Reason::kFormatTooNew, "FORMAT_TOO_NEW", StatusCode::kFailedPrecondition},
    {Reason::kWrongDirectory, "WRONG_DIRECTORY", StatusCode::kFailedPrecondition},
    {Reason::kDirectoryNotEmpty, "DIRECTORY_NOT_EMPTY", StatusCode::kFailedPrecondition},
    {Reason::kShuttingDown, "SHUTTING_DOWN", StatusCode::kUnavailable},
    {Reason::kStoreFailed, "STORE_FAILED", StatusCode::kUnavailable},
    {Reason::kRecovering, "STORE_RECOVERING", StatusCode::kUnavailable},
    {Reason::kCorruptChunk, "CORRUPT_CHUNK", StatusCode::kDataLoss},
    {Reason::kBelowFloor, "BELOW_FLOOR", StatusCode::kDataLoss},
    {Reason::kBackupDamaged, "BACKUP_DAMAGED", StatusCode::kDataLoss},
    {Reason::kCancelled, "CANCELLED", StatusCode::kCancelled},
};

TEST(Error, HasTheNamesAndCodesOfTheContract) {
  EXPECT_EQ(std::size(kContract), static_cast<size_t>(kReasonCount)) << "one row for each Reason";
  for (const Expected& row : kContract) {
    EXPECT_EQ(ReasonName(row.reason), row.name);
    EXPECT_EQ(ReasonCode(row.reason), row.code) << row.name;
  }
}

TEST(Error, GivesEachReasonANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int i = 0; i < kReasonCount; ++i) {
    const std::string_view name = ReasonName(static_cast<Reason>(i));
    EXPECT_TRUE(names.insert(name).second) << name << " twice";
    EXPECT_EQ(name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_"), name.npos) << name;
  }
}

TEST(Error, IsReadBackFromTheStatusForEveryReason) {
  const Metadata metadata = {{"field", "records[3].channel"}, {"limit", "512"}};
  for (int i = 0; i < kReasonCount; ++i) {
    const auto reason = static_cast<Reason>(i);
    const absl::Status status = MakeError(reason, "why", metadata);
    EXPECT_EQ(status.code(), ReasonCode(reason));
    EXPECT_EQ(status.message(), "why");
    EXPECT_EQ(ReasonOf(status), reason);
    EXPECT_EQ(MetadataOf(status), metadata);
  }
}

TEST(Error, KeepsEmptyAndNonAsciiMetadataValues) {
  const Metadata metadata = {{"value", ""}, {"field", "größe"}};
  EXPECT_EQ(MetadataOf(MakeError(Reason::kInvalidField, "", metadata)), metadata);
}

TEST(Error, HasNoReasonWhenItComesFromElsewhere) {
  EXPECT_EQ(ReasonOf(absl::OkStatus()), std::nullopt);
  EXPECT_EQ(ReasonOf(absl::InternalError("elsewhere")), std::nullopt);
  EXPECT_THAT(MetadataOf(absl::InternalError("elsewhere")), testing::IsEmpty());
}

}  // namespace
}  // namespace replog
