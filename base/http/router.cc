#include "base/http/router.h"

namespace replog::http {
namespace {

template <typename Verbs>
Response NotAllowed(const Request& request, const Verbs& verbs) {
  std::string allow;
  for (const auto& [verb, handler] : verbs) {
    if (!allow.empty()) allow += ", ";
    allow += std::string(to_string(verb));
    if (verb == Verb::get) allow += ", HEAD";
  }
  Response response = ErrorResponse(StatusCode::method_not_allowed, "METHOD_NOT_ALLOWED",
                                    request.target.path + " takes " + allow);
  response.fields.emplace_back("Allow", allow);
  return response;
}

}  // namespace

void Router::Add(Verb verb, std::string path, Handler handler) {
  paths_[std::move(path)][verb] = std::move(handler);
}

void Router::Dispatch(const Request& request, Responder respond) const {
  const auto verbs = paths_.find(request.target.path);
  if (verbs == paths_.end()) {
    respond(ErrorResponse(StatusCode::not_found, "NOT_FOUND", "there is nothing at " + request.target.path));
    return;
  }
  const auto handler = verbs->second.find(request.verb == Verb::head ? Verb::get : request.verb);
  if (handler == verbs->second.end()) {
    respond(NotAllowed(request, verbs->second));
    return;
  }
  handler->second(request, std::move(respond));
}

}  // namespace replog::http
