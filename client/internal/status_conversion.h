#pragma once

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "client/status.h"
#include "google/rpc/status.pb.h"

namespace replog::client::internal {

// What a call ended with, as the library's own status, with the ErrorInfo and RetryInfo from its details.
Status FromGrpc(const grpc::Status& status);

// An error of our own libraries, which have reasons of the same names as the server.
Status FromAbsl(const absl::Status& status);

// The same for an error inside a stream.
Status FromRpcStatus(const google::rpc::Status& status);

}  // namespace replog::client::internal
