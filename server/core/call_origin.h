#pragma once

#include <string>
#include <string_view>

namespace replog {

// Where a call comes from: what names it in the log.
struct CallOrigin {
  std::string request_id;
  std::string peer;  // the client's address
};

// A client's own name for its request, when it is 1 to 128 letters, digits and `-_.:/+=`: nothing that could
// mean something to a log's reader or in a header. Else a new random one.
std::string RequestIdFrom(std::string_view given);

}  // namespace replog
