#include "server/rpc/acquire_call.h"

#include "server/api/lease_convert.h"

namespace replog {
namespace {

absl::StatusOr<v1::AcquireResponse> ToResponse(const LeaseTable::Answer& answer) {
  if (!answer.ok()) return answer.status();
  v1::AcquireResponse response;
  FillLease(**answer, *response.mutable_lease());
  return response;
}

}  // namespace

absl::Status AcquireCall::Begin() {
  const auto asked = ToAcquireLease(call().request);
  if (!asked.ok()) return asked.status();
  request_ = leases_.Acquire(
      asked->name, asked->wanted, asked->wait_us,
      [this, self = shared_from_this()](const LeaseTable::Answer& answer) { End(ToResponse(answer)); });
  return absl::OkStatus();
}

}  // namespace replog
