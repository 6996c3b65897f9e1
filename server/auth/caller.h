#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/auth/grant.h"
#include "server/auth/usage.h"
#include "storage/model/channel_filter.h"

namespace replog {

// What a caller showed, so that a later access file can be asked about it again.
struct Identity {
  std::optional<TokenDigest> token;
  std::vector<std::string> certificate_names;
};

// Who calls, and what it may do, by the access file as it was when it was identified. Cheap to copy,
// immutable, thread-safe.
//
// `log` is always a log's full name: the empty one of a request stands for "default". A check does not ask
// whether something exists, so what is refused tells nothing of it. Everything refuses with
// PERMISSION_DENIED (metadata: principal, verb, and log, channel, node or lease as they were asked for).
class Caller {
 public:
  // `principal` and `usage` are not null; AccessControl makes callers.
  Caller(std::shared_ptr<const Principal> principal, std::shared_ptr<const Identity> identity,
         std::shared_ptr<Usage> usage)
      : principal_(std::move(principal)), identity_(std::move(identity)), usage_(std::move(usage)) {}

  const std::string& name() const { return principal_->name; }
  // To show it to itself; what is granted, the checks below say.
  const std::vector<Grant>& grants() const { return principal_->grants; }
  const Identity& identity() const { return *identity_; }

  // That it has any of these verbs, for something.
  absl::Status CheckAny(Verbs verbs) const;
  // That it has the verb for something of the log.
  absl::Status CheckLog(Access access, std::string_view log) const;
  // That it has any verb for something of the log, and so may know of it.
  absl::Status CheckSees(std::string_view log) const;
  absl::Status CheckChannel(Access access, std::string_view log, std::string_view channel) const;
  // Whether it has the verb for every channel of the log. Fast, for where asking for each record is not.
  bool HasAllChannels(Access access, std::string_view log) const;
  absl::Status CheckNode(std::string_view log, std::string_view node) const;
  absl::Status CheckLease(std::string_view lease) const;
  absl::Status CheckAdmin(std::string_view log) const { return CheckLog(Access::kAdmin, log); }
  // What concerns the whole server: `admin` of the log `_system`.
  absl::Status CheckServerAdmin() const;
  // `read` of all channels of all logs, the product's own too.
  absl::Status CheckReadsEverything() const;

  // The part of `wanted` that is granted: prefixes are narrowed to what of them is. A channel that is named
  // and not granted is refused, and so is a filter of which nothing is left.
  absl::StatusOr<ChannelFilter> Narrow(Access access, std::string_view log,
                                       const ChannelFilter& wanted) const;
  // That all that `filter` matches is granted.
  absl::Status CheckFilter(Access access, std::string_view log, const ChannelFilter& filter) const;
  // The channels of the log for which it has the verb.
  NamePatterns Channels(Access access, std::string_view log) const;

  // Counts a request of so many bytes against the principal's limits. RATE_LIMITED.
  absl::Status Admit(size_t bytes) const;
  // Counts bytes of an answer.
  void Charge(size_t bytes) const;
  // A stream, open for as long as the slot lives. TOO_MANY_STREAMS.
  absl::StatusOr<StreamSlot> OpenStream() const;

 private:
  // Whether a grant has the verb for the log and fulfils `also`.
  template <typename Also>
  bool Has(Access access, std::string_view log, const Also& also) const;
  bool limited() const {
    return principal_->limits.requests_per_second != 0 || principal_->limits.bytes_per_second != 0;
  }

  std::shared_ptr<const Principal> principal_;
  std::shared_ptr<const Identity> identity_;
  std::shared_ptr<Usage> usage_;
};

}  // namespace replog
