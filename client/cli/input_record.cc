#include "client/cli/input_record.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "client/cli/base64.h"
#include "client/cli/time_format.h"

namespace replog::cli {
namespace {

using client::BodyKind;
using client::Status;
using Json = nlohmann::ordered_json;

Status Bad(const std::string& message) { return {client::StatusCode::kInvalidArgument, message}; }

// Nlohmann's parser lets the last of equal names win; here a name given twice is an error.
class DoubledNames {
 public:
  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    const auto level = static_cast<size_t>(depth);
    if (event == Json::parse_event_t::object_start) names_.resize(level + 1);
    if (event == Json::parse_event_t::object_start) names_[level].clear();
    if (event == Json::parse_event_t::key) {
      auto name = parsed.get<std::string>();
      if (!names_[level - 1].insert(name).second && doubled_.empty()) doubled_ = std::move(name);
    }
    return true;
  }
  // Empty when there is none.
  const std::string& doubled() const { return doubled_; }

 private:
  std::vector<std::set<std::string>> names_;
  std::string doubled_;
};

Status SetBody(const std::string& field, const std::string& value, InputRecord& record) {
  if (record.body_kind != BodyKind::kNone) return Bad("a record has either \"text\" or \"payload\"");
  if (field == "text") {
    record.body_kind = BodyKind::kText;
    record.body = value;
    return {};
  }
  auto bytes = DecodeBase64(value);
  if (!bytes) return Bad("\"payload\" is not base64");
  record.body_kind = BodyKind::kPayload;
  record.body = std::move(*bytes);
  return {};
}

Status SetHeaders(const Json& headers, InputRecord& record) {
  if (!headers.is_object()) return Bad("\"headers\" is not an object");
  for (const auto& [name, value] : headers.items()) {
    if (!value.is_string()) return Bad("the header \"" + name + "\" is not a string");
    record.headers.emplace_back(name, value.get<std::string>());
  }
  return {};
}

Status SetDeleted(const Json& value, InputRecord& record) {
  if (!value.is_boolean()) return Bad("\"deleted\" is neither true nor false");
  record.deleted = value.get<bool>();
  return {};
}

Status SetVersion(const Json& value, InputRecord& record) {
  if (!value.is_number_unsigned()) return Bad("\"version\" is not a whole number from 0 to 2^64-1");
  record.version = value.get<uint64_t>();
  return {};
}

Status SetString(const std::string& field, const std::string& value, InputRecord& record) {
  if (field == "channel") {
    record.channel = value;
  } else if (field == "key") {
    record.key = value;
  } else if (field == "id") {
    record.id = value;
  } else if (field == "expires") {
    record.expires = ParseTime(value);
    if (!record.expires) return Bad("\"expires\" is not a time as in 2030-01-02T03:04:05Z");
  } else {
    return SetBody(field, value, record);
  }
  return {};
}

// What the log gave a record that was exported. It gets others, so they are checked and no more.
bool IsGivenByTheLog(const std::string& field) { return field == "sequence" || field == "time"; }

Status SetGiven(const std::string& field, const Json& value, const JsonLineFormat& format,
                InputRecord& record) {
  if (field == "sequence") {
    return value.is_number_unsigned() ? Status() : Bad("\"sequence\" is not a whole number from 0 to 2^64-1");
  }
  if (!value.is_string() || !ParseTime(value.get_ref<const std::string&>()))
    return Bad("\"time\" is not a time as in 2030-01-02T03:04:05Z");
  if (!format.time_header.empty()) record.headers.emplace_back(format.time_header, value.get<std::string>());
  return {};
}

Status SetField(const std::string& field, const Json& value, const JsonLineFormat& format,
                InputRecord& record) {
  constexpr std::array kStrings{"channel", "key", "id", "text", "payload", "expires"};
  const auto& headers = format.header_fields;
  const bool as_header = std::find(headers.begin(), headers.end(), field) != headers.end();
  if (!as_header && field == "headers") return SetHeaders(value, record);
  if (!as_header && field == "deleted") return SetDeleted(value, record);
  if (!as_header && field == "version") return SetVersion(value, record);
  if (!as_header && format.exported && IsGivenByTheLog(field)) return SetGiven(field, value, format, record);
  if (!as_header && std::find(kStrings.begin(), kStrings.end(), field) == kStrings.end()) {
    return Bad("unknown field \"" + field + "\"; --header " + field + " would make it a header");
  }
  if (!value.is_string()) return Bad("\"" + field + "\" is not a string");
  if (!as_header) return SetString(field, value.get_ref<const std::string&>(), record);
  record.headers.emplace_back(field, value.get<std::string>());
  return {};
}

Status TakeId(const std::string& header, InputRecord& record) {
  const auto found = std::find_if(record.headers.begin(), record.headers.end(),
                                  [&](const client::Header& each) { return each.first == header; });
  if (found == record.headers.end()) return Bad("there is no header \"" + header + "\" to take the id from");
  if (record.id) return Bad("there is an \"id\", and it is to be taken from the header \"" + header + "\"");
  record.id = found->second;
  return {};
}

}  // namespace

client::Result<InputRecord> ParseJsonLine(std::string_view line, const JsonLineFormat& format) {
  DoubledNames doubled;
  Json object;
  try {
    object = Json::parse(line, std::ref(doubled));
  } catch (const Json::exception& error) {
    return Bad(std::string("not JSON: ") + error.what());
  }
  if (!object.is_object()) return Bad("not a JSON object");
  if (!doubled.doubled().empty()) return Bad("\"" + doubled.doubled() + "\" is given twice");
  InputRecord record;
  record.channel = format.default_channel;
  for (const auto& [field, value] : object.items()) {
    if (Status status = SetField(field, value, format, record); !status.ok()) return status;
  }
  if (record.channel.empty()) return Bad("\"channel\" is missing");
  if (record.deleted && record.body_kind != BodyKind::kNone)
    return Bad(record.body_kind == BodyKind::kText ? "\"text\": a tombstone has no body"
                                                   : "\"payload\": a tombstone has no body");
  if (!format.id_header.empty()) {
    if (Status status = TakeId(format.id_header, record); !status.ok()) return status;
  }
  if (record.id && record.id->empty()) return Bad("the id is empty");
  return record;
}

}  // namespace replog::cli
