#pragma once

#include <grpcpp/client_context.h>

#include "client/internal/random_instance.h"

namespace replog::client::internal {

// What the server writes into its log with what it does for a call. A call that is repeated keeps it.
inline void SetRequestId(grpc::ClientContext& context, const std::string& id = RandomInstance()) {
  context.AddMetadata("x-request-id", id);
}

}  // namespace replog::client::internal
