// The calls of Client that are about leases.
#include <utility>

#include "client/client.h"
#include "client/internal/conversion.h"
#include "client/internal/transport.h"
#include "replog/v1/leases.grpc.pb.h"

namespace replog::client {
namespace {

using internal::FromProto;
using internal::ToProto;
using Repeat = internal::Transport::Repeat;

}  // namespace

Result<LeaseInfo> Client::AcquireLease(const AcquireLeaseOptions& options) {
  // To ask again gives the same.
  const auto response =
      transport_->Call(Repeat::kSafe, &v1::Leases::Stub::Acquire, ToProto(options), options.wait);
  if (!response.ok()) return response.status();
  return FromProto(response->lease());
}

Result<LeaseInfo> Client::RenewLease(const LeaseToken& token) {
  v1::RenewRequest request;
  *request.mutable_token() = ToProto(token);
  const auto response = transport_->Call(Repeat::kSafe, &v1::Leases::Stub::Renew, request);
  if (!response.ok()) return response.status();
  return FromProto(response->lease());
}

Status Client::ReleaseLease(const LeaseToken& token) {
  v1::ReleaseRequest request;
  *request.mutable_token() = ToProto(token);
  return transport_->Call(Repeat::kNever, &v1::Leases::Stub::Release, request).status();
}

Result<std::optional<LeaseInfo>> Client::GetLease(std::string_view name) {
  v1::GetRequest request;
  request.set_name(std::string(name));
  const auto response = transport_->Call(Repeat::kSafe, &v1::Leases::Stub::Get, request);
  if (!response.ok()) return response.status();
  if (!response->has_lease()) return std::optional<LeaseInfo>();
  return std::optional(FromProto(response->lease()));
}

Result<std::vector<LeaseInfo>> Client::ListLeases() {
  std::vector<LeaseInfo> leases;
  v1::ListRequest request;
  for (;;) {
    const auto page = transport_->Call(Repeat::kSafe, &v1::Leases::Stub::List, request);
    if (!page.ok()) return page.status();
    for (const auto& lease : page->leases()) leases.push_back(FromProto(lease));
    if (!page->has_next_after()) return leases;
    request.set_after(page->next_after());
  }
}

}  // namespace replog::client
