#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "replog/v1/log_admin.pb.h"
#include "replog/v1/replication_log.pb.h"
#include "server/core/append_queue.h"
#include "server/core/limits.h"
#include "server/core/lookup.h"
#include "server/core/start.h"

// Between the contract's messages and the core's types, with the checks of what only the contract can get
// wrong.
namespace replog {

void FillTimestamp(int64_t time_us, google::protobuf::Timestamp& out);
absl::StatusOr<int64_t> ToMicros(const google::protobuf::Timestamp& time, std::string_view field);

void FillPosition(const Position& position, v1::Position& out);
Position ToPosition(const v1::Position& position);

void FillAppendResponse(const Appended& appended, v1::AppendResponse& out);
v1::Durability ToDurability(Durability durability);

absl::StatusOr<Start> ToStart(const v1::SubscribeRequest& request);
absl::StatusOr<std::optional<Start>> ToStart(const v1::ReadRequest& request);
absl::StatusOr<LookupQuery> ToLookupQuery(const v1::LookupRequest& request, const Limits& limits);
absl::StatusOr<ChannelFilter> ToFilter(const google::protobuf::RepeatedPtrField<std::string>& channels,
                                       const Limits& limits);

// Applies what `settings` has to `current`; what it does not have stays.
absl::StatusOr<LogSettings> MergeSettings(const v1::LogSettings& settings, LogSettings current);
void FillLogInfo(const Log& log, v1::LogInfo& out);

}  // namespace replog
