#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace replog {

// Every way in which replog refuses or fails, for programs to switch on. The one table in error.cc gives each
// its name on the wire (ErrorInfo.reason) and its gRPC code.
enum class Reason {
  // INVALID_ARGUMENT: the request can never succeed as it is.
  kMalformed,         // not a well-formed message
  kInvalidField,      // a field's value is not legal; metadata: field, limit?, value?
  kUnknownField,      // a field number that the message does not have
  kDuplicateField,    // a singular field, a oneof or a header name given twice
  kServerOwnedField,  // a field that only the server may set
  kEmptyBatch,        // an append without records
  // RESOURCE_EXHAUSTED: over a limit, or out of something.
  kTooLarge,  // metadata: field, limit, value
  kDiskFull,  // the free-space reserve is reached; reads go on
  kTooManyLogs,
  kTooManyNodes,      // forget some
  kBusy,              // the log's append queue is full; nothing was written
  kTooManyLeases,     // metadata: limit
  kTooManyWaiting,    // for a lease; metadata: limit
  kTooManyProducers,  // metadata: limit
  kTooManyStreams,    // of one principal, or of the server; metadata: limit, principal?
  kRateLimited,       // of one principal; metadata: principal, limit, value
  // UNAUTHENTICATED: who calls is not known. What was wrong with a credential is for the server's log.
  kUnauthenticated,  // no credential, or none that is known
  kTokenExpired,     // metadata: principal
  kBadSignature,     // of a webhook; metadata: webhook
  // PERMISSION_DENIED: who calls is known and may not do this.
  kPermissionDenied,  // metadata: principal, verb, and the log, channel or lease as they were asked for
  kGrantRevoked,      // of a stream that was open; metadata as above
  // NOT_FOUND, ALREADY_EXISTS
  kWebhookNotFound,  // metadata: webhook
  kLogNotFound,
  kNodeNotFound,     // metadata: node
  kKeyNotFound,      // metadata: channel, key
  kUnknownProducer,  // no such producer is registered, or not with this epoch; nothing was written
  kLogExists,
  // OUT_OF_RANGE
  kBelowFirstKept,        // metadata: first_kept_sequence
  kPastTheEnd,            // metadata: end_sequence, field, value
  kProducerUnknownBatch,  // a batch that is older than what is remembered of its producer: it was appended,
                          // or was not written because it was stale or a duplicate; metadata: oldest_sequence
  // ABORTED
  kForked,      // metadata: fork_sequence
  kSuperseded,  // a newer stream has the node's name
  kWrongLog,    // the position is of another log, deleted or not; metadata: log_uuid
  // UNIMPLEMENTED
  kNotBuilt,  // metadata: field
  // FAILED_PRECONDITION
  kLogProtected,  // the log is the product's own, or `default`
  kUuidMismatch,
  kCursorBackwards,    // metadata: cursor
  kNodeConnected,      // metadata: node
  kNoExpectedNodes,    // a sync barrier or an audit would ask nobody; metadata: fleet, origin as they were
                       // asked for
  kConditionFailed,    // of an append; metadata: field, and the current end_sequence, or sequence, deleted,
                       // version
  kLeaseHeld,          // by another; metadata: lease, holder, remaining_ms, lineage, sequence
  kLeaseNotHeld,       // under this token; metadata: lease, and of who holds it holder, lineage, sequence
  kLeaseFenced,        // the log has seen a higher token; metadata: field, lease, and its lineage, sequence
  kProducerFenced,     // a newer epoch of the producer was registered; metadata: epoch
  kProducerGap,        // a batch that does not follow the producer's last one; metadata: expected_sequence
  kStoreLocked,        // another server has the data directory open
  kFormatTooNew,       // the data directory is of a newer version
  kWrongDirectory,     // not a data directory, missing or not writable
  kDirectoryNotEmpty,  // where a restore or a backup is to be written
  // UNAVAILABLE: try again, here or elsewhere.
  kShuttingDown,  // nothing was written
  kStoreFailed,   // a write failed; an append that was under way may or may not be kept
  kRecovering,    // the store is being recovered after a failed write; nothing was written
  // DATA_LOSS
  kCorruptChunk,   // metadata: first_sequence, end_sequence
  kBelowFloor,     // the store ends before what was acknowledged
  kBackupDamaged,  // a file of a backup is missing or not what its manifest says; metadata: file
  // CANCELLED
  kCancelled,
};

using Metadata = std::vector<std::pair<std::string, std::string>>;

// The name of `reason` on the wire and the code it maps to.
std::string_view ReasonName(Reason reason);
absl::StatusCode ReasonCode(Reason reason);

// An error of a reason. The message is for people: it names the field, the limit and the value.
absl::Status MakeError(Reason reason, std::string_view message, const Metadata& metadata = {});

// NOT_BUILT: `field`, or the method of that name, has no behaviour yet and is never accepted and ignored.
absl::Status NotBuilt(std::string_view field);

// The reason and metadata that MakeError put into a status; nullopt for a status from elsewhere.
std::optional<Reason> ReasonOf(const absl::Status& status);
Metadata MetadataOf(const absl::Status& status);

}  // namespace replog
