#include "client/nodes/chat/new_message.h"

#include <nlohmann/json.hpp>

namespace replog::chat {
namespace {

using nlohmann::json;

http::Response BadField(const std::string& field, const std::string& message,
                        std::string_view reason = "INVALID_FIELD") {
  return http::ErrorResponse(http::StatusCode::bad_request, reason, message,
                             {{"field", field}, {"fate", "rejected"}});
}

// A field of the object that is a text with something in it.
bool ReadText(const json& object, const char* field, std::string& text, http::Response& refusal) {
  const auto found = object.find(field);
  if (found == object.end()) {
    refusal = BadField(field, std::string(field) + " is missing");
  } else if (!found->is_string()) {
    refusal = BadField(field, std::string(field) + " must be a string, and is " + found->type_name());
  } else if (found->get_ref<const std::string&>().empty()) {
    refusal = BadField(field, std::string(field) + " must not be empty");
  } else {
    text = found->get<std::string>();
    return true;
  }
  return false;
}

bool CheckNames(const json& object, http::Response& refusal) {
  for (const auto& [name, value] : object.items()) {
    if (name == "channel" || name == "text" || name == "user") continue;
    refusal =
        BadField(name, "there is no field " + name + "; there are channel, text and user", "UNKNOWN_FIELD");
    return false;
  }
  return true;
}

}  // namespace

std::optional<NewMessage> ParseNewMessage(const std::string& body, http::Response& refusal) {
  const json object = json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) {
    refusal = BadField("body", "the body must be one JSON object in UTF-8", "MALFORMED");
    return std::nullopt;
  }
  NewMessage message;
  if (!CheckNames(object, refusal)) return std::nullopt;
  if (!ReadText(object, "channel", message.channel, refusal)) return std::nullopt;
  if (!ReadText(object, "text", message.text, refusal)) return std::nullopt;
  if (object.contains("user") && !ReadText(object, "user", message.user.emplace(), refusal)) {
    return std::nullopt;
  }
  return message;
}

}  // namespace replog::chat
