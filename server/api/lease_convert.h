#pragma once

#include "absl/status/statusor.h"
#include "replog/v1/leases.pb.h"
#include "server/core/lease_table.h"

// Between the messages of the leases and the core's types, with the checks of what only the contract can get
// wrong.
namespace replog {

struct AcquireLease {
  std::string name;
  LeaseRecord wanted;
  int64_t wait_us = 0;
};
absl::StatusOr<AcquireLease> ToAcquireLease(const v1::AcquireRequest& request);

// `given`: whether the request has one.
absl::StatusOr<LeaseToken> ToLeaseToken(const v1::LeaseToken& token, bool given);

void FillLease(const Lease& lease, v1::Lease& out);

}  // namespace replog
