#pragma once

#include <grpcpp/server_builder.h>

#include "base/clock.h"
#include "server/core/call_observer.h"
#include "server/rpc/connections.h"

namespace replog {

// Has `connections` count every call while it is under way, and `observer`, if there is one, told of every
// unary call once it is answered; streams tell of themselves. All must outlive the server. Calls that wait
// for somebody by design are as long as that takes, so their time is not told.
void WatchCalls(grpc::ServerBuilder& builder, Connections& connections, Clock& clock, CallObserver* observer);

// Where a call comes from: its metadata `x-request-id`, or a random id, and the client's address.
CallOrigin OriginOf(const grpc::ServerContextBase& context);

}  // namespace replog
