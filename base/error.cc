#include "base/error.h"

#include <array>

#include "absl/strings/cord.h"
#include "absl/strings/str_split.h"

namespace replog {
namespace {

constexpr std::string_view kPayloadUrl = "replog/error";

struct ReasonRow {
  Reason reason;
  std::string_view name;
  absl::StatusCode code;
};

using absl::StatusCode;

constexpr std::array kReasons{
    ReasonRow{Reason::kMalformed, "MALFORMED", StatusCode::kInvalidArgument},
    ReasonRow{Reason::kInvalidField, "INVALID_FIELD", StatusCode::kInvalidArgument},
    ReasonRow{Reason::kUnknownField, "UNKNOWN_FIELD", StatusCode::kInvalidArgument},
    ReasonRow{Reason::kDuplicateField, "DUPLICATE_FIELD", StatusCode::kInvalidArgument},
    ReasonRow{Reason::kServerOwnedField, "SERVER_OWNED_FIELD", StatusCode::kInvalidArgument},
    ReasonRow{Reason::kEmptyBatch, "EMPTY_BATCH", StatusCode::kInvalidArgument},
    ReasonRow{Reason::kTooLarge, "TOO_LARGE", StatusCode::kResourceExhausted},
    ReasonRow{Reason::kDiskFull, "DISK_FULL", StatusCode::kResourceExhausted},
    ReasonRow{Reason::kTooManyLogs, "TOO_MANY_LOGS", StatusCode::kResourceExhausted},
    ReasonRow{Reason::kTooManyNodes, "TOO_MANY_NODES", StatusCode::kResourceExhausted},
    ReasonRow{Reason::kBusy, "BUSY", StatusCode::kResourceExhausted},
    ReasonRow{Reason::kTooManyLeases, "TOO_MANY_LEASES", StatusCode::kResourceExhausted},
    ReasonRow{Reason::kTooManyWaiting, "TOO_MANY_WAITING", StatusCode::kResourceExhausted},
    ReasonRow{Reason::kTooManyProducers, "TOO_MANY_PRODUCERS", StatusCode::kResourceExhausted},
    ReasonRow{Reason::kTooManyStreams, "TOO_MANY_STREAMS", StatusCode::kResourceExhausted},
    ReasonRow{Reason::kRateLimited, "RATE_LIMITED", StatusCode::kResourceExhausted},
    ReasonRow{Reason::kUnauthenticated, "UNAUTHENTICATED", StatusCode::kUnauthenticated},
    ReasonRow{Reason::kTokenExpired, "TOKEN_EXPIRED", StatusCode::kUnauthenticated},
    ReasonRow{Reason::kBadSignature, "BAD_SIGNATURE", StatusCode::kUnauthenticated},
    ReasonRow{Reason::kPermissionDenied, "PERMISSION_DENIED", StatusCode::kPermissionDenied},
    ReasonRow{Reason::kGrantRevoked, "GRANT_REVOKED", StatusCode::kPermissionDenied},
    ReasonRow{Reason::kWebhookNotFound, "WEBHOOK_NOT_FOUND", StatusCode::kNotFound},
    ReasonRow{Reason::kLogNotFound, "LOG_NOT_FOUND", StatusCode::kNotFound},
    ReasonRow{Reason::kNodeNotFound, "NODE_NOT_FOUND", StatusCode::kNotFound},
    ReasonRow{Reason::kKeyNotFound, "KEY_NOT_FOUND", StatusCode::kNotFound},
    ReasonRow{Reason::kUnknownProducer, "UNKNOWN_PRODUCER", StatusCode::kNotFound},
    ReasonRow{Reason::kLogExists, "LOG_EXISTS", StatusCode::kAlreadyExists},
    ReasonRow{Reason::kBelowFirstKept, "BELOW_FIRST_KEPT", StatusCode::kOutOfRange},
    ReasonRow{Reason::kPastTheEnd, "PAST_THE_END", StatusCode::kOutOfRange},
    ReasonRow{Reason::kProducerUnknownBatch, "PRODUCER_UNKNOWN_BATCH", StatusCode::kOutOfRange},
    ReasonRow{Reason::kForked, "FORKED", StatusCode::kAborted},
    ReasonRow{Reason::kSuperseded, "SUPERSEDED", StatusCode::kAborted},
    ReasonRow{Reason::kWrongLog, "WRONG_LOG", StatusCode::kAborted},
    ReasonRow{Reason::kNotBuilt, "NOT_BUILT", StatusCode::kUnimplemented},
    ReasonRow{Reason::kLogProtected, "LOG_PROTECTED", StatusCode::kFailedPrecondition},
    ReasonRow{Reason::kUuidMismatch, "UUID_MISMATCH", StatusCode::kFailedPrecondition},
    ReasonRow{Reason::kCursorBackwards, "CURSOR_BACKWARDS", StatusCode::kFailedPrecondition},
    ReasonRow{Reason::kNodeConnected, "NODE_CONNECTED", StatusCode::kFailedPrecondition},
    ReasonRow{Reason::kNoExpectedNodes, "NO_EXPECTED_NODES", StatusCode::kFailedPrecondition},
    ReasonRow{Reason::kConditionFailed, "CONDITION_FAILED", StatusCode::kFailedPrecondition},
    ReasonRow{Reason::kLeaseHeld, "LEASE_HELD", StatusCode::kFailedPrecondition},
    ReasonRow{Reason::kLeaseNotHeld, "LEASE_NOT_HELD", StatusCode::kFailedPrecondition},
    ReasonRow{Reason::kLeaseFenced, "LEASE_FENCED", StatusCode::kFailedPrecondition},
    ReasonRow{Reason::kProducerFenced, "PRODUCER_FENCED", StatusCode::kFailedPrecondition},
    ReasonRow{Reason::kProducerGap, "PRODUCER_GAP", StatusCode::kFailedPrecondition},
    ReasonRow{Reason::kStoreLocked, "STORE_LOCKED", StatusCode::kFailedPrecondition},
    ReasonRow{Reason::kFormatTooNew, "FORMAT_TOO_NEW", StatusCode::kFailedPrecondition},
    ReasonRow{Reason::kWrongDirectory, "WRONG_DIRECTORY", StatusCode::kFailedPrecondition},
    ReasonRow{Reason::kDirectoryNotEmpty, "DIRECTORY_NOT_EMPTY", StatusCode::kFailedPrecondition},
    ReasonRow{Reason::kShuttingDown, "SHUTTING_DOWN", StatusCode::kUnavailable},
    ReasonRow{Reason::kStoreFailed, "STORE_FAILED", StatusCode::kUnavailable},
    ReasonRow{Reason::kRecovering, "STORE_RECOVERING", StatusCode::kUnavailable},
    ReasonRow{Reason::kCorruptChunk, "CORRUPT_CHUNK", StatusCode::kDataLoss},
    ReasonRow{Reason::kBelowFloor, "BELOW_FLOOR", StatusCode::kDataLoss},
    ReasonRow{Reason::kBackupDamaged, "BACKUP_DAMAGED", StatusCode::kDataLoss},
    ReasonRow{Reason::kCancelled, "CANCELLED", StatusCode::kCancelled},
};

constexpr bool TableFollowsTheEnum() {
  for (size_t i = 0; i < kReasons.size(); ++i) {
    if (static_cast<size_t>(kReasons[i].reason) != i) return false;
  }
  return kReasons.size() == static_cast<size_t>(Reason::kCancelled) + 1;
}
static_assert(TableFollowsTheEnum(), "one row for each Reason, in the enum's order");

const ReasonRow& RowOf(Reason reason) { return kReasons[static_cast<size_t>(reason)]; }

// The payload is the reason's name and the metadata's names and values, each ended by a zero byte.
std::vector<std::string> PayloadParts(const absl::Status& status) {
  const auto payload = status.GetPayload(absl::string_view(kPayloadUrl.data(), kPayloadUrl.size()));
  if (!payload.has_value()) return {};
  return absl::StrSplit(std::string(*payload), '\0');
}

}  // namespace

std::string_view ReasonName(Reason reason) { return RowOf(reason).name; }
absl::StatusCode ReasonCode(Reason reason) { return RowOf(reason).code; }

absl::Status MakeError(Reason reason, std::string_view message, const Metadata& metadata) {
  absl::Status status(RowOf(reason).code, absl::string_view(message.data(), message.size()));
  std::string payload(RowOf(reason).name);
  for (const auto& [name, value] : metadata)
    payload.append(1, '\0').append(name).append(1, '\0').append(value);
  status.SetPayload(absl::string_view(kPayloadUrl.data(), kPayloadUrl.size()),
                    absl::Cord(std::move(payload)));
  return status;
}

absl::Status NotBuilt(std::string_view field) {
  return MakeError(Reason::kNotBuilt, std::string(field) + ": is not supported by this server yet",
                   {{"field", std::string(field)}});
}

std::optional<Reason> ReasonOf(const absl::Status& status) {
  const auto parts = PayloadParts(status);
  if (parts.empty()) return std::nullopt;
  for (const ReasonRow& row : kReasons) {
    if (row.name == parts[0]) return row.reason;
  }
  return std::nullopt;
}

Metadata MetadataOf(const absl::Status& status) {
  const auto parts = PayloadParts(status);
  Metadata metadata;
  for (size_t i = 1; i + 1 < parts.size(); i += 2) metadata.emplace_back(parts[i], parts[i + 1]);
  return metadata;
}

}  // namespace replog
