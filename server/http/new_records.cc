#include "server/http/new_records.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/http/media_type.h"
#include "base/utf8.h"
#include "replog/v1/replication_log.pb.h"
#include "server/http/json.h"

namespace replog {
absl::StatusOr<std::string> EncodeBatch(std::string_view log, std::string_view json) {
  v1::AppendRequest request;
  if (auto status = FromJson(json, request); !status.ok()) return status;
  if (auto status = CheckSame("log", request.log(), log); !status.ok()) return status;
  request.set_log(std::string(log));
  return request.SerializeAsString();
}

absl::StatusOr<std::string> EncodeLines(std::string_view log, std::string_view lines) {
  v1::AppendRequest request;
  request.set_log(std::string(log));
  for (size_t number = 1; !lines.empty(); ++number) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (auto status = FromJson(line, *request.add_records()); !status.ok()) {
      return MakeError(Reason::kMalformed, absl::StrCat("line ", number, ": ", status.message()),
                       {{"field", "body"}, {"line", absl::StrCat(number)}});
    }
  }
  return request.SerializeAsString();
}

absl::StatusOr<std::string> EncodeMessage(std::string_view log, std::string_view channel,
                                          std::string_view type, std::string_view body) {
  v1::AppendRequest request;
  request.set_log(std::string(log));
  v1::NewRecord& record = *request.add_records();
  if (http::IsMediaType(type, "application/json")) {
    if (auto status = FromJson(body, record); !status.ok()) return status;
    if (auto status = CheckSame("channel", record.channel(), channel); !status.ok()) return status;
  } else if (http::IsMediaType(type, "application/octet-stream")) {
    record.set_payload(std::string(body));
  } else {
    if (!IsUtf8(body))
      return MakeError(Reason::kInvalidField, "body: text is not UTF-8", {{"field", "body"}});
    record.set_text(std::string(body));
  }
  record.set_channel(std::string(channel));
  return request.SerializeAsString();
}

}  // namespace replog
