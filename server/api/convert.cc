#include "server/api/convert.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/core/canonical_fields.h"
#include "server/core/names.h"

namespace replog {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kMinRetentionAgeUs = kMicrosPerSecond;
constexpr int64_t kMinDedupeWindowUs = kMicrosPerSecond;
constexpr uint64_t kMinRetentionBytes = 1 << 20;
// The years 0001 to 9999, as google.protobuf.Timestamp has them.
constexpr int64_t kFirstSecond = -62135596800;
constexpr int64_t kLastSecond = 253402300799;

absl::Status Invalid(std::string_view field, std::string_view why) {
  const std::string name(field);
  return MakeError(Reason::kInvalidField, absl::StrCat(name, ": ", std::string(why)), {{"field", name}});
}

absl::StatusOr<Start> ToStart(const v1::Position& position, std::string_view field) {
  if (!position.has_next_sequence()) return Invalid(field, "next_sequence is required");
  return Start(FromPosition{ToPosition(position)});
}

absl::StatusOr<Start> ToStart(const google::protobuf::Timestamp& time, std::string_view field) {
  const auto time_us = ToMicros(time, field);
  if (!time_us.ok()) return time_us.status();
  return Start(FromTime{*time_us});
}

void FillResult(const RecordOutcome& outcome, v1::AppendResult& out) {
  if (outcome.sequence) out.set_sequence(*outcome.sequence);
  switch (outcome.kind) {
    case RecordOutcome::Kind::kAppended:
      return out.set_outcome(v1::AppendResult::APPENDED);
    case RecordOutcome::Kind::kStale:
      out.set_outcome(v1::AppendResult::STALE);
      if (outcome.version) out.set_version(*outcome.version);
      return;
    case RecordOutcome::Kind::kDuplicate:
      out.set_outcome(v1::AppendResult::DUPLICATE);
  }
}

// A duration of a log's settings, in which 0 stands for none: `shortest_us` or longer.
absl::StatusOr<int64_t> ToMicros(const google::protobuf::Duration& duration, int64_t shortest_us,
                                 std::string_view field) {
  if (duration.seconds() < 0 || duration.seconds() > kLastSecond || duration.nanos() < 0 ||
      duration.nanos() > 999'999'999) {
    return Invalid(field, "is not a legal duration");
  }
  const int64_t micros = duration.seconds() * kMicrosPerSecond + duration.nanos() / 1000;
  const bool none = duration.seconds() == 0 && duration.nanos() == 0;
  if (none || micros >= shortest_us) return micros;
  return Invalid(field, absl::StrCat("is shorter than ", shortest_us / kMicrosPerSecond, " s"));
}

void FillDuration(int64_t micros, google::protobuf::Duration& out) {
  out.set_seconds(micros / kMicrosPerSecond);
  out.set_nanos(static_cast<int32_t>(micros % kMicrosPerSecond * 1000));
}

absl::StatusOr<int64_t> ToDedupeWindow(const google::protobuf::Duration& window) {
  constexpr char kField[] = "settings.dedupe_window";
  auto micros = ToMicros(window, kMinDedupeWindowUs, kField);
  if (!micros.ok() || *micros <= kMaxDedupeWindowUs) return micros;
  const auto limit = std::to_string(kMaxDedupeWindowUs / kMicrosPerSecond);
  const auto value = std::to_string(*micros / kMicrosPerSecond);
  return MakeError(Reason::kInvalidField,
                   absl::StrCat(kField, ": is ", value, " s, the limit is ", limit, " s"),
                   {{"field", kField}, {"limit", limit}, {"value", value}});
}

}  // namespace

void FillTimestamp(int64_t time_us, google::protobuf::Timestamp& out) {
  out.set_seconds(time_us / kMicrosPerSecond);
  out.set_nanos(static_cast<int32_t>(time_us % kMicrosPerSecond * 1000));
}

absl::StatusOr<int64_t> ToMicros(const google::protobuf::Timestamp& time, std::string_view field) {
  if (time.seconds() < kFirstSecond || time.seconds() > kLastSecond || time.nanos() < 0 ||
      time.nanos() > 999'999'999) {
    return Invalid(field, "is not a legal timestamp");
  }
  // Up to the next microsecond: a record at or after the time asked for is then at or after this.
  return time.seconds() * kMicrosPerSecond + (time.nanos() + 999) / 1000;
}

void FillPosition(const Position& position, v1::Position& out) {
  out.set_log_uuid(position.log_uuid);
  out.set_lineage(position.lineage);
  out.set_epoch(position.epoch);
  out.set_next_sequence(position.next_sequence);
}

Position ToPosition(const v1::Position& position) {
  return {position.log_uuid(), position.lineage(), position.epoch(), position.next_sequence()};
}

v1::Durability ToDurability(Durability durability) {
  return durability == Durability::kSync ? v1::DURABILITY_SYNC : v1::DURABILITY_OS;
}

void FillAppendResponse(const Appended& appended, v1::AppendResponse& out) {
  if (appended.count > 0) {
    out.set_first_sequence(appended.first);
    out.set_last_sequence(appended.first + appended.count - 1);
    FillTimestamp(appended.time_us, *out.mutable_time());
  }
  for (const RecordOutcome& outcome : appended.outcomes) FillResult(outcome, *out.add_results());
  FillPosition(appended.position, *out.mutable_position());
  out.set_durability(ToDurability(appended.durability));
  if (appended.producer_next) out.set_producer_next_sequence(*appended.producer_next);
}

absl::StatusOr<Start> ToStart(const v1::SubscribeRequest& request) {
  if (request.table()) {
    if (request.start_case() != v1::SubscribeRequest::START_NOT_SET)
      return Invalid("table", "begins with the whole table; a start is not legal with it");
    return Start(FromEnd());
  }
  switch (request.start_case()) {
    case v1::SubscribeRequest::kFromSequence:
      return Start(FromSequence{request.from_sequence()});
    case v1::SubscribeRequest::kFromPosition:
      return ToStart(request.from_position(), "from_position");
    case v1::SubscribeRequest::kFromTime:
      return ToStart(request.from_time(), "from_time");
    case v1::SubscribeRequest::kNewOnly:
      if (!request.new_only())
        return Invalid("new_only", "only `true` is legal; leave it out for the beginning");
      return Start(FromEnd());
    case v1::SubscribeRequest::kFromCursor:
      if (!request.from_cursor())
        return Invalid("from_cursor", "only `true` is legal; leave it out for the beginning");
      if (request.node().empty()) return Invalid("from_cursor", "needs `node`");
      return Start(FromCursor());
    case v1::SubscribeRequest::START_NOT_SET:
      break;
  }
  return Start(FromBeginning());
}

absl::StatusOr<std::optional<Start>> ToStart(const v1::ReadRequest& request) {
  switch (request.start_case()) {
    case v1::ReadRequest::kFromSequence:
      return Start(FromSequence{request.from_sequence()});
    case v1::ReadRequest::kFromPosition:
      return ToStart(request.from_position(), "from_position");
    case v1::ReadRequest::kFromTime:
      return ToStart(request.from_time(), "from_time");
    case v1::ReadRequest::START_NOT_SET:
      break;
  }
  return std::optional<Start>();
}

absl::StatusOr<LookupQuery> ToLookupQuery(const v1::LookupRequest& request, const Limits& limits) {
  if (auto status = CheckChannelName(request.channel(), "channel", limits); !status.ok()) return status;
  const auto count = static_cast<size_t>(request.keys_size());
  if (count > kMaxLookupKeys) return TooLarge("keys", "entries", kMaxLookupKeys, count);
  if (request.max_records() > kMaxPageRecords)
    return TooLarge("max_records", "records", kMaxPageRecords, request.max_records());
  for (int i = 0; i < request.keys_size(); ++i) {
    if (auto status = CheckKey(request.keys(i), absl::StrCat("keys[", i, "]"), limits); !status.ok())
      return status;
  }
  if (!request.after_key().empty()) {
    if (count > 0) return Invalid("after_key", "is of a page, and there are keys");
    if (auto status = CheckKey(request.after_key(), "after_key", limits); !status.ok()) return status;
  }
  if (count > 0 && request.max_records() > 0)
    return Invalid("max_records", "is of a page, and there are keys");
  return LookupQuery{request.channel(),
                     {request.keys().begin(), request.keys().end()},
                     request.after_key(),
                     request.max_records() == 0 ? kDefaultPageRecords : request.max_records()};
}

absl::StatusOr<ChannelFilter> ToFilter(const google::protobuf::RepeatedPtrField<std::string>& channels,
                                       const Limits& limits) {
  const auto count = static_cast<size_t>(channels.size());
  if (count > limits.channel_patterns) return TooLarge("channels", "entries", limits.channel_patterns, count);
  for (int i = 0; i < channels.size(); ++i) {
    if (auto status = CheckChannelPattern(channels[i], absl::StrCat("channels[", i, "]"), limits);
        !status.ok()) {
      return status;
    }
  }
  return ChannelFilter({channels.begin(), channels.end()});
}

absl::StatusOr<LogSettings> MergeSettings(const v1::LogSettings& settings, LogSettings current) {
  if (settings.has_dedupe_window()) {
    const auto window_us = ToDedupeWindow(settings.dedupe_window());
    if (!window_us.ok()) return window_us.status();
    current.dedupe_window_us = *window_us;
  }
  switch (settings.durability()) {
    case v1::DURABILITY_UNSPECIFIED:
      break;
    case v1::DURABILITY_SYNC:
      current.durability = Durability::kSync;
      break;
    case v1::DURABILITY_OS:
      current.durability = Durability::kOs;
      break;
    default:
      return Invalid("settings.durability", "is not a known value");
  }
  if (settings.has_retention_age()) {
    const auto age_us = ToMicros(settings.retention_age(), kMinRetentionAgeUs, "settings.retention_age");
    if (!age_us.ok()) return age_us.status();
    current.retention_age_us = *age_us;
  }
  if (settings.has_retention_bytes()) {
    current.retention_bytes = settings.retention_bytes();
    if (current.retention_bytes != 0 && current.retention_bytes < kMinRetentionBytes) {
      return Invalid(
          "settings.retention_bytes",
          absl::StrCat("is ", current.retention_bytes, ", the smallest bound is ", kMinRetentionBytes));
    }
  }
  if (settings.has_retention_records()) current.retention_records = settings.retention_records();
  return current;
}

void FillLogInfo(const Log& log, v1::LogInfo& out) {
  const LogDescriptor descriptor = log.descriptor();
  out.set_name(descriptor.name);
  out.set_uuid(descriptor.uuid);
  out.set_lineage(descriptor.lineage);
  out.set_epoch(log.epoch());
  out.set_first_kept_sequence(log.tail().first_kept());
  out.set_committed_end(log.tail().committed_end());
  FillTimestamp(descriptor.created_us, *out.mutable_created());
  if (log.last_time_us > 0) FillTimestamp(log.last_time_us, *out.mutable_last_time());
  v1::LogSettings& settings = *out.mutable_settings();
  settings.set_durability(ToDurability(descriptor.settings.durability));
  FillDuration(descriptor.settings.retention_age_us, *settings.mutable_retention_age());
  FillDuration(descriptor.settings.dedupe_window_us, *settings.mutable_dedupe_window());
  settings.set_retention_bytes(descriptor.settings.retention_bytes);
  settings.set_retention_records(descriptor.settings.retention_records);
  out.set_subscribers(log.subscribers);
}

}  // namespace replog
