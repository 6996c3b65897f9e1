#pragma once

#include <string>

#include "base/http/message.h"

namespace replog {

// What names a request in answers and logs: its X-Request-Id, when that is 1 to 128 letters, digits and
// `-_.:/+=`; else a new random one.
std::string RequestIdOf(const http::Request& request);

}  // namespace replog
