#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/record.h"
#include "client/status.h"

namespace replog::cli {

// One record of the input, owning its bytes.
struct InputRecord {
  std::string channel;
  client::BodyKind body_kind = client::BodyKind::kNone;
  std::string body;
  std::vector<client::Header> headers;
  std::optional<std::string> key;
  bool deleted = false;
  std::optional<uint64_t> version;
  std::optional<client::Time> expires;
  std::optional<std::string> id;
};

// How JSON lines are read.
struct JsonLineFormat {
  // Fields that become headers of the same name; their values must be strings.
  std::vector<std::string> header_fields;
  // For lines that name no channel; empty: each must.
  std::string default_channel;
  // The header whose value is the record's id; empty: none. Each line must then have it.
  std::string id_header = {};
  // Lines of an export: they also have "sequence" and "time", which the log gives anew.
  bool exported = false;
  // Of an export: the time becomes this header; empty: it is left out.
  std::string time_header = {};
};

// Reads {"channel": …, "text": … | "payload": base64, "headers": {…}, "id": …, "key": …, "deleted": true,
// "version": 7, "expires": RFC 3339}. INVALID_ARGUMENT, naming the field, when the line is not such an
// object, has another field, or has a field twice.
client::Result<InputRecord> ParseJsonLine(std::string_view line, const JsonLineFormat& format);

}  // namespace replog::cli
