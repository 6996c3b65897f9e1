#include "server/rpc/register_producer.h"

#include "base/error.h"
#include "server/core/names.h"

namespace replog {
namespace {

absl::StatusOr<v1::RegisterProducerResponse> ToResponse(
    const absl::StatusOr<ProducerRegistrar::Registered>& registered) {
  if (!registered.ok()) return registered.status();
  v1::RegisterProducerResponse response;
  response.set_id(registered->id);
  response.set_epoch(registered->epoch);
  response.set_next_sequence(registered->next);
  return response;
}

}  // namespace

void RegisterProducer(LogService& service, const v1::RegisterProducerRequest& request,
                      AnswerLater<v1::RegisterProducerResponse> done) {
  if (auto status = CheckProducerName(request.name(), "name"); !status.ok()) return done(status);
  if (auto status = CheckInstance(request.instance(), "instance"); !status.ok()) return done(status);
  if (request.renew() && request.instance().empty()) {
    return done(
        MakeError(Reason::kInvalidField, "instance: is required with renew", {{"field", "instance"}}));
  }
  const auto log = service.logs().FindForChange(request.log());
  if (!log.ok()) return done(log.status());
  // Work for an executor can be copied.
  auto answer = std::make_shared<AnswerLater<v1::RegisterProducerResponse>>(std::move(done));
  service.blocking().Post([&service, request, log = *log, answer] {
    service.producers().Register(log, {request.name(), request.instance(), request.renew()},
                                 [answer](const absl::StatusOr<ProducerRegistrar::Registered>& registered) {
                                   (*answer)(ToResponse(registered));
                                 });
  });
}

}  // namespace replog
