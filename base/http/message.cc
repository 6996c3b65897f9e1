#include "base/http/message.h"

#include <nlohmann/json.hpp>

namespace replog::http {

std::string_view Request::Field(std::string_view name) const {
  const auto value = fields[boost::beast::string_view(name.data(), name.size())];
  return {value.data(), value.size()};
}

Response ErrorResponse(StatusCode status, std::string_view reason, std::string_view message,
                       const ErrorDetails& details) {
  nlohmann::ordered_json error{{"reason", reason}, {"message", message}};
  for (const auto& [name, value] : details) error[name] = value;
  Response response;
  response.status = status;
  // A message may quote what the client sent, which need not be UTF-8.
  response.body =
      nlohmann::ordered_json{{"error", error}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  response.body += '\n';
  return response;
}

}  // namespace replog::http
