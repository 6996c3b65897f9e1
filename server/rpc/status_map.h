#pragma once

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace replog {

// An internal error as gRPC's clients get it: see ToRpcStatus.
grpc::Status ToGrpcStatus(const absl::Status& status);

}  // namespace replog
