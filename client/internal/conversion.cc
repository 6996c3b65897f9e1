#include "client/internal/conversion.h"

#include <algorithm>

namespace replog::client::internal {
namespace {

using std::chrono::microseconds;

constexpr int64_t kMicrosPerSecond = 1'000'000;

std::chrono::milliseconds MillisOf(const google::protobuf::Duration& duration) {
  return std::chrono::seconds(duration.seconds()) + std::chrono::milliseconds(duration.nanos() / 1'000'000);
}

LogSettings SettingsOf(const v1::LogSettings& from) {
  LogSettings settings;
  settings.durability = FromProto(from.durability());
  if (from.has_retention_age()) {
    settings.retention_age = MillisOf(from.retention_age());
  }
  if (from.has_retention_bytes()) settings.retention_bytes = from.retention_bytes();
  if (from.has_retention_records()) settings.retention_records = from.retention_records();
  if (from.has_dedupe_window()) settings.dedupe_window = MillisOf(from.dedupe_window());
  return settings;
}

}  // namespace

Time FromProto(const google::protobuf::Timestamp& timestamp) {
  return Time(microseconds(timestamp.seconds() * kMicrosPerSecond + timestamp.nanos() / 1'000));
}

google::protobuf::Timestamp ToProto(Time time) {
  // Rounds down, as a Timestamp's nanos count forward also before 1970.
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds.time_since_epoch().count());
  timestamp.set_nanos(static_cast<int32_t>((time - seconds).count() * 1'000));
  return timestamp;
}

Position FromProto(const v1::Position& position) {
  return {position.log_uuid(), position.lineage(), position.epoch(), position.next_sequence()};
}

v1::Position ToProto(const Position& position) {
  v1::Position message;
  message.set_log_uuid(position.log_uuid);
  message.set_lineage(position.lineage);
  message.set_epoch(position.epoch);
  message.set_next_sequence(position.next_sequence);
  return message;
}

Durability FromProto(v1::Durability durability) {
  switch (durability) {
    case v1::DURABILITY_SYNC:
      return Durability::kSync;
    case v1::DURABILITY_OS:
      return Durability::kOs;
    default:
      return Durability::kUnspecified;
  }
}

Appended FromProto(const v1::AppendResponse& response) {
  Appended appended{.first_sequence = response.first_sequence(),
                    .last_sequence = response.last_sequence(),
                    .results = {},
                    .position = FromProto(response.position()),
                    .durability = FromProto(response.durability()),
                    .time = FromProto(response.time())};
  for (const auto& result : response.results()) {
    const bool is_appended = result.outcome() == v1::AppendResult::APPENDED;
    const bool is_duplicate = result.outcome() == v1::AppendResult::DUPLICATE;
    appended.results.push_back({is_appended, result.sequence(), result.version(), is_duplicate});
  }
  return appended;
}

Record FromProto(const v1::Record& from) {
  Record record;
  record.sequence = from.sequence();
  record.time = FromProto(from.time());
  record.channel = from.channel();
  if (from.has_text()) {
    record.body_kind = BodyKind::kText;
    record.body = from.text();
  } else if (from.has_payload()) {
    record.body_kind = BodyKind::kPayload;
    record.body = from.payload();
  }
  if (from.has_key()) record.key = from.key();
  record.deleted = from.deleted();
  if (from.has_version()) record.version = from.version();
  if (from.has_expires()) record.expires = FromProto(from.expires());
  if (!from.id().empty()) record.id = from.id();
  for (const auto& [name, value] : from.headers()) record.headers.emplace_back(name, value);
  // A message's map has no order, and another one each time.
  std::sort(record.headers.begin(), record.headers.end());
  return record;
}

LookupPage FromProto(const v1::LookupResponse& response) {
  LookupPage page;
  for (const auto& record : response.records()) page.records.push_back(FromProto(record));
  page.as_of_sequence = response.as_of_sequence();
  if (response.has_next_after_key()) page.next_after_key = response.next_after_key();
  return page;
}

Page FromProto(const v1::ReadResponse& response) {
  Page page;
  page.records.reserve(static_cast<size_t>(response.records_size()));
  for (const auto& record : response.records()) page.records.push_back(FromProto(record));
  page.next_sequence = response.next_sequence();
  page.committed_end = response.committed_end();
  page.at_end = response.at_end();
  page.first_kept_sequence = response.first_kept_sequence();
  return page;
}

LogInfo FromProto(const v1::LogInfo& from) {
  LogInfo info;
  info.name = from.name();
  info.uuid = from.uuid();
  info.lineage = from.lineage();
  info.epoch = from.epoch();
  info.first_kept_sequence = from.first_kept_sequence();
  info.committed_end = from.committed_end();
  info.bytes = from.bytes();
  info.created = FromProto(from.created());
  if (from.has_last_time()) info.last_time = FromProto(from.last_time());
  info.settings = SettingsOf(from.settings());
  info.subscribers = from.subscribers();
  return info;
}

v1::LogSettings ToProto(const LogSettings& settings) {
  v1::LogSettings message;
  if (settings.durability == Durability::kSync) message.set_durability(v1::DURABILITY_SYNC);
  if (settings.durability == Durability::kOs) message.set_durability(v1::DURABILITY_OS);
  if (settings.retention_age) *message.mutable_retention_age() = ToProto(*settings.retention_age);
  if (settings.dedupe_window) *message.mutable_dedupe_window() = ToProto(*settings.dedupe_window);
  if (settings.retention_bytes) message.set_retention_bytes(*settings.retention_bytes);
  if (settings.retention_records) message.set_retention_records(*settings.retention_records);
  return message;
}

ChannelPage FromProto(const v1::ListChannelsResponse& response) {
  ChannelPage page;
  for (const auto& channel : response.channels()) {
    page.channels.push_back(
        {channel.name(), channel.has_records() ? std::optional(channel.records()) : std::nullopt});
  }
  if (response.has_next_after()) page.next_after = response.next_after();
  return page;
}

}  // namespace replog::client::internal
