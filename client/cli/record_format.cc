#include "client/cli/record_format.h"

#include <nlohmann/json.hpp>

#include "client/cli/base64.h"
#include "client/cli/human_format.h"
#include "client/cli/time_format.h"

namespace replog::cli {

using client::BodyKind;
using client::Record;
using client::RecordView;

void AppendJson(std::string& out, const Record& record) {
  nlohmann::ordered_json line{
      {"sequence", record.sequence}, {"time", FormatTime(record.time)}, {"channel", record.channel}};
  if (record.key) line["key"] = *record.key;
  if (record.deleted) line["deleted"] = true;
  if (record.version) line["version"] = *record.version;
  if (record.expires) line["expires"] = FormatTime(*record.expires);
  if (record.id) line["id"] = *record.id;
  if (record.body_kind == BodyKind::kText) line["text"] = record.body;
  if (record.body_kind == BodyKind::kPayload) line["payload"] = EncodeBase64(record.body);
  if (!record.headers.empty()) {
    auto& headers = line["headers"] = nlohmann::ordered_json::object();
    for (const auto& [name, value] : record.headers) headers[name] = value;
  }
  out += line.dump();
  out += '\n';
}

void AppendJson(std::string& out, const RecordView& record) { AppendJson(out, Record(record)); }

void AppendHuman(std::string& out, const Record& record) {
  out += std::to_string(record.sequence) + "  " + FormatTime(record.time) + "  ";
  AppendPrintable(out, record.channel);
  if (record.key) AppendPrintable(out, "/" + *record.key);
  out += "  ";
  if (record.deleted) out += "(deleted)";
  if (record.body_kind == BodyKind::kText) AppendPrintable(out, record.body);
  if (record.body_kind == BodyKind::kPayload) out += "(" + HumanBytes(record.body.size()) + " of payload)";
  if (record.version) out += "  version " + std::to_string(*record.version);
  if (record.expires) out += "  expires " + FormatTime(*record.expires);
  if (record.id) AppendPrintable(out, "  id " + *record.id);
  for (const auto& [name, value] : record.headers) {
    out += "  ";
    AppendPrintable(out, name);
    out += "=";
    AppendPrintable(out, value);
  }
  out += '\n';
}

void AppendHuman(std::string& out, const RecordView& record) { AppendHuman(out, Record(record)); }

}  // namespace replog::cli
