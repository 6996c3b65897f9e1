#include "server/rpc/acquire_call.h"

#include "server/rpc/buffers.h"
#include "server/rpc/lease_convert.h"
#include "server/rpc/status_map.h"

namespace replog {

AcquireCall* AcquireCall::Create(LeaseKeeper& leases, const Gate& gate,
                                 const grpc::CallbackServerContext& context, const grpc::ByteBuffer& request,
                                 grpc::ByteBuffer& response) {
  auto* call = new AcquireCall(leases, response);
  const auto granted = gate.Open<v1::AcquireRequest>(context, request);
  const absl::Status status = granted.ok() ? call->Begin(granted->request) : granted.status();
  if (!status.ok()) call->FinishWith(status);
  return call;
}

absl::Status AcquireCall::Begin(const v1::AcquireRequest& message) {
  const auto request = ToAcquireLease(message);
  if (!request.ok()) return request.status();
  request_ = leases_.Acquire(request->name, request->wanted, request->wait_us,
                             [this](const LeaseTable::Answer& answer) { FinishWith(answer); });
  return absl::OkStatus();
}

void AcquireCall::FinishWith(const LeaseTable::Answer& answer) {
  if (answer.ok()) {
    v1::AcquireResponse message;
    FillLease(**answer, *message.mutable_lease());
    response_ = Concatenate({}, message);
  }
  Finish(ToGrpcStatus(answer.status()));
}

}  // namespace replog
