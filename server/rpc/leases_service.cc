#include "server/rpc/leases_service.h"

#include "server/api/lease_convert.h"
#include "server/api/list_answers.h"
#include "server/core/names.h"
#include "server/rpc/acquire_call.h"
#include "server/rpc/unary.h"

namespace replog {
namespace {

// Turns the table's answer into the call's.
template <typename Response>
LeaseKeeper::Done AnswerWith(AnswerLater<Response> done) {
  return [done = std::move(done)](const LeaseTable::Answer& answer) mutable {
    if (!answer.ok()) return done(answer.status());
    Response response;
    if (answer->has_value()) FillLease(**answer, *response.mutable_lease());
    done(std::move(response));
  };
}

}  // namespace

grpc::ServerUnaryReactor* LeasesService::Acquire(grpc::CallbackServerContext* context,
                                                 const grpc::ByteBuffer* request,
                                                 grpc::ByteBuffer* response) {
  return AcquireCall::Create(leases_, gate_, *context, *request, *response);
}

grpc::ServerUnaryReactor* LeasesService::Renew(grpc::CallbackServerContext* context,
                                               const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  return FinishRawLater<v1::RenewRequest, v1::RenewResponse>(
      gate_, context, request, response,
      [this](const Granted<v1::RenewRequest>& call, AnswerLater<v1::RenewResponse> done) {
        const auto token = ToLeaseToken(call.request.token(), call.request.has_token());
        if (!token.ok()) return done(token.status());
        leases_.Renew(*token, AnswerWith(std::move(done)));
      });
}

grpc::ServerUnaryReactor* LeasesService::Release(grpc::CallbackServerContext* context,
                                                 const grpc::ByteBuffer* request,
                                                 grpc::ByteBuffer* response) {
  return FinishRawLater<v1::ReleaseRequest, v1::ReleaseResponse>(
      gate_, context, request, response,
      [this](const Granted<v1::ReleaseRequest>& call, AnswerLater<v1::ReleaseResponse> done) {
        const auto token = ToLeaseToken(call.request.token(), call.request.has_token());
        if (!token.ok()) return done(token.status());
        leases_.Release(*token, [done = std::move(done)](const LeaseTable::Answer& answer) mutable {
          answer.ok() ? done(v1::ReleaseResponse()) : done(answer.status());
        });
      });
}

grpc::ServerUnaryReactor* LeasesService::Get(grpc::CallbackServerContext* context,
                                             const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  return FinishRawLater<v1::GetRequest, v1::GetResponse>(
      gate_, context, request, response,
      [this](const Granted<v1::GetRequest>& call, AnswerLater<v1::GetResponse> done) {
        if (auto status = CheckLeaseName(call.request.name(), "name"); !status.ok()) return done(status);
        leases_.Get(call.request.name(), AnswerWith(std::move(done)));
      });
}

grpc::ServerUnaryReactor* LeasesService::List(grpc::CallbackServerContext* context,
                                              const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  return FinishRawLater<v1::ListRequest, v1::ListResponse>(
      gate_, context, request, response,
      [this](const Granted<v1::ListRequest>& call, AnswerLater<v1::ListResponse> done) {
        v1::ListResponse response;
        const auto status = FillLeases(leases_, call, response);
        status.ok() ? done(std::move(response)) : done(status);
      });
}

}  // namespace replog
