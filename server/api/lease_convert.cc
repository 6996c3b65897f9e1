#include "server/api/lease_convert.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/core/names.h"

namespace replog {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kMinTtlUs = kMicrosPerSecond;
constexpr int64_t kMaxTtlUs = 3600 * kMicrosPerSecond;
constexpr int64_t kMaxWaitUs = 3600 * kMicrosPerSecond;

// Within a range of microseconds; what is finer is cut off.
absl::StatusOr<int64_t> ToMicros(const google::protobuf::Duration& duration, const std::string& field,
                                 int64_t least_us, int64_t most_us) {
  constexpr int64_t kSane = 1'000'000'000'000;
  const bool legal = duration.seconds() >= 0 && duration.seconds() < kSane && duration.nanos() >= 0 &&
                     duration.nanos() < 1'000'000'000;
  const int64_t micros = legal ? duration.seconds() * kMicrosPerSecond + duration.nanos() / 1000 : -1;
  if (micros >= least_us && micros <= most_us) return micros;
  const std::string value = absl::StrCat(duration.seconds(), " s and ", duration.nanos(), " ns");
  const std::string limit =
      absl::StrCat(least_us / kMicrosPerSecond, " s to ", most_us / kMicrosPerSecond, " s");
  return MakeError(Reason::kInvalidField, absl::StrCat(field, ": is ", value, ", the range is ", limit),
                   {{"field", field}, {"limit", limit}, {"value", value}});
}

void FillDuration(int64_t micros, google::protobuf::Duration& out) {
  out.set_seconds(micros / kMicrosPerSecond);
  out.set_nanos(static_cast<int32_t>(micros % kMicrosPerSecond * 1000));
}

}  // namespace

absl::StatusOr<AcquireLease> ToAcquireLease(const v1::AcquireRequest& request) {
  if (auto status = CheckLeaseName(request.name(), "name"); !status.ok()) return status;
  if (auto status = CheckLeaseName(request.holder(), "holder"); !status.ok()) return status;
  if (auto status = CheckInstance(request.instance(), "instance"); !status.ok()) return status;
  const auto ttl_us = ToMicros(request.ttl(), "ttl", kMinTtlUs, kMaxTtlUs);
  if (!ttl_us.ok()) return ttl_us.status();
  const auto wait_us = ToMicros(request.wait(), "wait", 0, kMaxWaitUs);
  if (!wait_us.ok()) return wait_us.status();
  return AcquireLease{request.name(), {request.holder(), request.instance(), *ttl_us}, *wait_us};
}

absl::StatusOr<LeaseToken> ToLeaseToken(const v1::LeaseToken& token, bool given) {
  if (!given) return MakeError(Reason::kInvalidField, "token: is required", {{"field", "token"}});
  if (auto status = CheckLeaseName(token.name(), "token.name"); !status.ok()) return status;
  return LeaseToken{token.name(), {token.lineage(), token.sequence()}};
}

void FillLease(const Lease& lease, v1::Lease& out) {
  out.set_name(lease.name);
  out.set_holder(lease.terms.holder);
  out.mutable_token()->set_name(lease.name);
  out.mutable_token()->set_lineage(lease.token.lineage);
  out.mutable_token()->set_sequence(lease.token.sequence);
  FillDuration(lease.terms.ttl_us, *out.mutable_ttl());
  FillDuration(lease.remaining_us, *out.mutable_remaining());
}

}  // namespace replog
