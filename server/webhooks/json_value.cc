#include "server/webhooks/json_value.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/utf8.h"

namespace replog {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 64;

absl::Status NothingThere(const std::string& pointer, std::string_view field, std::string_view why) {
  return MakeError(Reason::kInvalidField,
                   absl::StrCat(absl::string_view(field.data(), field.size()), ": ", pointer, " of the body ",
                                absl::string_view(why.data(), why.size())),
                   {{"field", std::string(field)}, {"pointer", pointer}});
}

// Null: there is nothing.
const json* Find(const json& document, const std::string& pointer) {
  try {
    return &document.at(json::json_pointer(pointer));
  } catch (const json::exception&) {
    return nullptr;
  }
}

}  // namespace

absl::StatusOr<json> ParseJson(std::string_view text) {
  bool too_deep = false;
  const auto bounded = [&too_deep](int depth, json::parse_event_t, const json&) {
    too_deep = too_deep || depth > kMaxDepth;
    return !too_deep;
  };
  json document = json::parse(text, bounded, false);
  if (too_deep)
    return MakeError(Reason::kMalformed, absl::StrCat("body: is nested deeper than ", kMaxDepth),
                     {{"field", "body"}});
  if (document.is_discarded()) return MakeError(Reason::kMalformed, "body: is not JSON", {{"field", "body"}});
  return document;
}

absl::StatusOr<std::string> PlainTextAt(const json& document, const std::string& pointer,
                                        std::string_view field) {
  const json* found = Find(document, pointer);
  if (found == nullptr) return NothingThere(pointer, field, "is missing");
  if (found->is_string()) return found->get<std::string>();
  if (found->is_number_integer()) return found->dump();
  return NothingThere(pointer, field,
                      absl::StrCat("is neither text nor a whole number but: ", found->type_name()));
}

absl::StatusOr<std::string> AnyTextAt(const json& document, const std::string& pointer,
                                      std::string_view field) {
  const json* found = Find(document, pointer);
  if (found == nullptr) return NothingThere(pointer, field, "is missing");
  return found->is_string() ? found->get<std::string>() : found->dump();
}

}  // namespace replog
