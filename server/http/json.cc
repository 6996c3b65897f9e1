#include "server/http/json.h"

#include <google/protobuf/util/json_util.h>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/utf8.h"

namespace replog {

std::string ToJson(const google::protobuf::Message& message) {
  std::string json;
  // Fails only on what a record cannot have: the validator let in nothing that is not UTF-8.
  const auto status = google::protobuf::util::MessageToJsonString(message, &json);
  return status.ok() ? json : "{}";
}

absl::Status FromJson(std::string_view json, google::protobuf::Message& message) {
  const auto status = google::protobuf::util::JsonStringToMessage({json.data(), json.size()}, &message);
  if (status.ok()) return absl::OkStatus();
  // Behind the first line it shows where, in what was sent.
  const std::string all(status.message());
  const std::string why = Excerpt(all.substr(0, all.find('\n')));
  return MakeError(Reason::kMalformed,
                   absl::StrCat("body: is not the JSON of a ", message.GetDescriptor()->name(), ": ", why),
                   {{"field", "body"}});
}

absl::Status CheckSame(std::string_view field, const std::string& said, std::string_view of_path) {
  if (said.empty() || said == of_path) return absl::OkStatus();
  const std::string name(field);
  return MakeError(
      Reason::kInvalidField,
      absl::StrCat(name, ": is \"", Excerpt(said), "\", and the path says \"", Excerpt(of_path), "\""),
      {{"field", name}, {"value", Excerpt(said)}});
}

}  // namespace replog
