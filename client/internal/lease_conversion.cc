// Conversions of what is about leases.
#include "client/internal/conversion.h"

namespace replog::client::internal {

LeaseToken FromProto(const v1::LeaseToken& token) {
  return {token.name(), token.lineage(), token.sequence()};
}

v1::LeaseToken ToProto(const LeaseToken& token) {
  v1::LeaseToken message;
  message.set_name(token.name);
  message.set_lineage(token.lineage);
  message.set_sequence(token.sequence);
  return message;
}

LeaseInfo FromProto(const v1::Lease& lease) {
  return {lease.name(), lease.holder(), FromProto(lease.token()), FromProto(lease.ttl()),
          FromProto(lease.remaining())};
}

v1::AcquireRequest ToProto(const AcquireLeaseOptions& options) {
  v1::AcquireRequest request;
  request.set_name(options.name);
  request.set_holder(options.holder);
  request.set_instance(options.instance);
  *request.mutable_ttl() = ToProto(options.ttl);
  *request.mutable_wait() = ToProto(options.wait);
  return request;
}

}  // namespace replog::client::internal
