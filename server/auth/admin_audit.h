#pragma once

#include <functional>
#include <string>

namespace replog {

// One call that changes or inspects the server itself, once it has ended; refused ones too. Nothing in it is
// a secret. `log` and `principal` are as they were given, and may have any characters.
struct AdminAction {
  std::string principal;  // empty: it was not known who calls
  std::string peer;       // its address
  std::string method;     // "replog.v1.LogAdmin/TrimLog"
  std::string log;        // empty: none, or the request could not be read
  std::string outcome;    // "OK", or the error's reason
};

// Takes note of it. Called from any thread; must not block for long. May be empty.
using AdminAudit = std::function<void(const AdminAction&)>;

}  // namespace replog
