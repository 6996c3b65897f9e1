#include "base/http/router.h"

namespace replog::http {
namespace {

using Parameters = std::map<std::string, std::string, std::less<>>;

bool IsParameter(std::string_view segment) { return segment.starts_with('{') && segment.ends_with('}'); }

// What a proxy or a browser takes for a step in the tree of paths is no name.
bool MayBeName(std::string_view segment) { return !segment.empty() && segment != "." && segment != ".."; }

bool Fits(const std::vector<std::string>& pattern, const std::vector<std::string>& segments) {
  if (pattern.size() != segments.size()) return false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (IsParameter(pattern[i]) ? !MayBeName(segments[i]) : pattern[i] != segments[i]) return false;
  }
  return true;
}

Parameters ParametersOf(const std::vector<std::string>& pattern, const std::vector<std::string>& segments) {
  Parameters parameters;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (IsParameter(pattern[i])) parameters[pattern[i].substr(1, pattern[i].size() - 2)] = segments[i];
  }
  return parameters;
}

void AddVerb(Verb verb, std::string& allow) {
  if (!allow.empty()) allow += ", ";
  allow += std::string(to_string(verb));
  if (verb == Verb::get) allow += ", HEAD";
}

Response Refusal(const Target& target, const std::string& allow) {
  if (allow.empty()) {
    return ErrorResponse(StatusCode::not_found, "NOT_FOUND", "there is nothing at " + target.path);
  }
  Response response =
      ErrorResponse(StatusCode::method_not_allowed, "METHOD_NOT_ALLOWED", target.path + " takes " + allow);
  response.fields.emplace_back("Allow", allow);
  return response;
}

}  // namespace

void Router::Add(Route route) {
  segments_.push_back(ParseTarget(route.pattern)->segments);
  routes_.push_back(std::move(route));
}

const Route* Router::Find(Verb verb, const Target& target, Parameters& parameters, Response& refusal) const {
  const Verb wanted = verb == Verb::head ? Verb::get : verb;
  std::string allow;
  for (size_t i = 0; i < routes_.size(); ++i) {
    if (!Fits(segments_[i], target.segments)) continue;
    if (routes_[i].verb == wanted) {
      parameters = ParametersOf(segments_[i], target.segments);
      return &routes_[i];
    }
    AddVerb(routes_[i].verb, allow);
  }
  refusal = Refusal(target, allow);
  return nullptr;
}

void Router::Dispatch(Request request, Responder respond) const {
  Response refusal;
  const Route* route = Find(request.verb, request.target, request.parameters, refusal);
  if (route == nullptr) return respond(std::move(refusal));
  route->handler(request, std::move(respond));
}

}  // namespace replog::http
