#include "storage/model/table.h"

namespace replog {

std::optional<wire::RecordView> DecodeEntry(std::string_view entry) {
  std::string_view encoded;
  wire::RecordsReader reader(entry);
  if (!reader.Next(encoded)) return {};
  return wire::DecodeRecord(encoded);
}

bool ForEachEntry(std::string_view records,
                  const std::function<void(const wire::RecordView& record, std::string_view entry)>& put) {
  wire::RecordsReader reader(records);
  std::string_view encoded;
  const char* begin = records.data();
  while (reader.Next(encoded)) {
    const char* const end = reader.rest().data();
    const auto record = wire::DecodeRecord(encoded);
    if (!record) return false;
    if (record->has_key) put(*record, {begin, static_cast<size_t>(end - begin)});
    begin = end;
  }
  return !reader.malformed();
}

}  // namespace replog
