#pragma once

#include <optional>
#include <string>

#include "base/http/message.h"

namespace replog::http {

// What is doubtful about where a request ends, or for whom it is; nullopt: nothing. Stricter than the parser,
// which passes over a Transfer-Encoding that it does not know: a proxy in front that reads it otherwise would
// take other bytes for the next request, which is how requests are smuggled (RFC 9112, sections 3.2, 6.1
// and 6.3). `version`: of HTTP, times ten.
std::optional<std::string> FramingFault(const Fields& fields, unsigned version);

}  // namespace replog::http
