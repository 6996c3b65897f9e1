#include "server/http/request_id.h"

#include "server/core/call_origin.h"

namespace replog {

std::string RequestIdOf(const http::Request& request) { return RequestIdFrom(request.Field("X-Request-Id")); }

}  // namespace replog
