#include "client/internal/producer_registration.h"

#include "client/internal/random_instance.h"
#include "client/internal/request_id.h"
#include "client/internal/status_conversion.h"
#include "replog/v1/replication_log.grpc.pb.h"

namespace replog::client::internal {

ProducerRegistration::ProducerRegistration(std::string log, std::string name)
    : log_(std::move(log)),
      instance_(RandomInstance()),
      name_(name.empty() ? "producer-" + instance_ : std::move(name)) {}

Result<ProducerRegistration::Registered> ProducerRegistration::Call(const Channel& channel, bool renew,
                                                                    std::chrono::milliseconds timeout) {
  v1::RegisterProducerRequest request;
  request.set_log(log_);
  request.set_name(name_);
  request.set_instance(instance_);
  request.set_renew(renew);
  v1::RegisterProducerResponse response;
  grpc::ClientContext context;
  SetRequestId(context);
  context.set_deadline(std::chrono::system_clock::now() + timeout);
  Status status =
      FromGrpc(v1::ReplicationLog::NewStub(channel)->RegisterProducer(&context, request, &response));
  if (!status.ok()) return status;
  return Registered{response.id(), response.epoch(), response.next_sequence()};
}

}  // namespace replog::client::internal
