#include "client/record.h"

#include "proto/wire/record_view.h"

namespace replog::client {

std::optional<std::string_view> RecordView::id() const {
  wire::FieldReader fields(encoded_);
  wire::Field field;
  while (fields.Next(field)) {
    if (field.number == wire::record_field::kId && !field.bytes.empty()) return field.bytes;
  }
  return std::nullopt;
}

std::vector<HeaderView> RecordView::headers() const {
  std::vector<HeaderView> headers;
  wire::HeaderReader reader(encoded_);
  HeaderView header;
  while (reader.Next(header.first, header.second)) headers.push_back(header);
  return headers;
}

std::optional<Time> RecordView::expires() const {
  const auto record = wire::DecodeRecord(encoded_);
  if (!record || !record->expires_us) return std::nullopt;
  return Time(std::chrono::microseconds(*record->expires_us));
}

std::optional<std::string_view> RecordView::header(std::string_view name) const {
  wire::HeaderReader reader(encoded_);
  HeaderView header;
  while (reader.Next(header.first, header.second)) {
    if (header.first == name) return header.second;
  }
  return std::nullopt;
}

Record::Record(const RecordView& view)
    : sequence(view.sequence()),
      time(view.time()),
      channel(view.channel()),
      body_kind(view.body_kind()),
      body(view.body()),
      key(view.key()),
      deleted(view.deleted()),
      version(view.version()),
      expires(view.expires()),
      id(view.id()) {
  for (const auto& [name, value] : view.headers()) headers.emplace_back(name, value);
}

}  // namespace replog::client
