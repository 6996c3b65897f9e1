#pragma once

#include "client/admin.h"
#include "client/append.h"
#include "client/digest.h"
#include "client/lease.h"
#include "client/node.h"
#include "client/position.h"
#include "client/record.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "proto/wire/record_view.h"
#include "replog/v1/leases.pb.h"
#include "replog/v1/log_admin.pb.h"
#include "replog/v1/replication_log.pb.h"

// Between the messages of the contract and the library's own types.
namespace replog::client::internal {

Time FromProto(const google::protobuf::Timestamp& timestamp);
google::protobuf::Timestamp ToProto(Time time);

Position FromProto(const v1::Position& position);
v1::Position ToProto(const Position& position);

Durability FromProto(v1::Durability durability);
Appended FromProto(const v1::AppendResponse& response);
Record FromProto(const v1::Record& record);
LookupPage FromProto(const v1::LookupResponse& response);
Page FromProto(const v1::ReadResponse& response);
LogInfo FromProto(const v1::LogInfo& info);
v1::LogSettings ToProto(const LogSettings& settings);
google::protobuf::Duration ToProto(std::chrono::milliseconds duration);
std::chrono::milliseconds FromProto(const google::protobuf::Duration& duration);
SyncResult FromProto(const v1::AwaitSyncResponse& response);
NodeInfo FromProto(const v1::NodeInfo& info);
AuditResult FromProto(const v1::AuditResponse& response);
v1::ChannelDigest ToProto(const ChannelDigest& digest);
LeaseToken FromProto(const v1::LeaseToken& token);
v1::LeaseToken ToProto(const LeaseToken& token);
LeaseInfo FromProto(const v1::Lease& lease);
v1::AcquireRequest ToProto(const AcquireLeaseOptions& options);
ChannelPage FromProto(const v1::ListChannelsResponse& response);

inline RecordView FromWire(const wire::RecordView& record) {
  const auto kind = static_cast<BodyKind>(record.body_kind);
  static_assert(static_cast<int>(BodyKind::kText) == static_cast<int>(wire::RecordView::Body::kText));
  static_assert(static_cast<int>(BodyKind::kPayload) == static_cast<int>(wire::RecordView::Body::kPayload));
  return {record.sequence, Time(std::chrono::microseconds(record.time_us)),
          record.channel,  kind,
          record.body,     record.has_key ? std::optional(record.key) : std::nullopt,
          record.deleted,  record.version,
          record.encoded};
}

}  // namespace replog::client::internal
