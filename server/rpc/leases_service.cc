#include "server/rpc/leases_service.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/core/names.h"
#include "server/rpc/acquire_call.h"
#include "server/rpc/lease_convert.h"
#include "server/rpc/unary.h"

namespace replog {
namespace {

constexpr uint32_t kDefaultListed = 1000;
constexpr uint32_t kMaxListed = 10'000;

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

// The leases that the caller may take.
absl::StatusOr<v1::ListResponse> ListLeases(LeaseKeeper& leases, const Caller& caller,
                                            const v1::ListRequest& request) {
  if (request.max_leases() > kMaxListed) {
    return MakeError(Reason::kInvalidField,
                     absl::StrCat("max_leases: is ", request.max_leases(), ", the limit is ", kMaxListed),
                     {{"field", "max_leases"},
                      {"limit", std::to_string(kMaxListed)},
                      {"value", std::to_string(request.max_leases())}});
  }
  const size_t limit = request.max_leases() == 0 ? kDefaultListed : request.max_leases();
  // All that there may be: what is not shown must not count.
  auto found = leases.List(request.after(), kMaxListed + 1);
  std::erase_if(found, [&](const Lease& lease) { return !caller.CheckLease(lease.name).ok(); });
  v1::ListResponse response;
  for (size_t i = 0; i < std::min(limit, found.size()); ++i) FillLease(found[i], *response.add_leases());
  if (found.size() > limit) response.set_next_after(found[limit - 1].name);
  return response;
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
        done(ListLeases(leases_, call.caller, call.request));
      });
}

}  // namespace replog
