#pragma once

#include <map>
#include <string>

#include "base/http/message.h"

namespace replog::http {

// Finds the handler of a request by its path and verb.
//
// Thread Safety: routes are added first; after that Dispatch may be called from many threads at once.
class Router {
 public:
  // `path` is exact. HEAD is answered by GET's handler, and the session leaves the body out.
  void Add(Verb verb, std::string path, Handler handler);

  // Calls the handler, or answers 404, or 405 with the verbs that there are.
  void Dispatch(const Request& request, Responder respond) const;

 private:
  using Verbs = std::map<Verb, Handler>;

  std::map<std::string, Verbs, std::less<>> paths_;
};

}  // namespace replog::http
