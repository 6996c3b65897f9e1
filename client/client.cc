#include "client/client.h"

#include "client/internal/conversion.h"
#include "client/internal/new_record_encoder.h"
#include "client/internal/transport.h"
#include "replog/v1/replication_log.grpc.pb.h"

namespace replog::client {
namespace {

using internal::FromProto;
using internal::ToProto;
using internal::Transport;

void SetRecord(const NewRecord& from, v1::NewRecord& record) {
  record.set_channel(std::string(from.channel));
  if (from.key) record.set_key(std::string(*from.key));
  if (from.body_kind == BodyKind::kText && !from.deleted) record.set_text(std::string(from.body));
  if (from.body_kind == BodyKind::kPayload && !from.deleted) record.set_payload(std::string(from.body));
  for (const auto& [name, value] : from.headers)
    (*record.mutable_headers())[std::string(name)] = std::string(value);
  record.set_deleted(from.deleted);
  if (from.version) record.set_version(*from.version);
  if (from.expires) *record.mutable_expires() = ToProto(*from.expires);
  if (from.id) record.set_id(std::string(*from.id));
}

// Leaves the message out when nothing is asked for.
void SetConditions(const AppendConditions& from, v1::AppendRequest& request) {
  if (!from.expected_end && from.keys.empty() && !from.newer_version_only && !from.lease) return;
  v1::AppendConditions& conditions = *request.mutable_conditions();
  if (from.expected_end) conditions.set_expected_end(*from.expected_end);
  for (const KeyCondition& key : from.keys) {
    v1::KeyCondition& condition = *conditions.add_keys();
    condition.set_channel(key.channel);
    condition.set_key(key.key);
    key.sequence ? condition.set_sequence(*key.sequence) : condition.set_absent(true);
  }
  conditions.set_newer_version_only(from.newer_version_only);
  if (from.lease) *conditions.mutable_lease() = ToProto(*from.lease);
}

struct SetReadStart {
  v1::ReadRequest& request;
  void operator()(const FromBeginning&) const {}
  void operator()(const FromSequence& from) const { request.set_from_sequence(from.sequence); }
  void operator()(const FromPosition& from) const {
    *request.mutable_from_position() = ToProto(from.position);
  }
  void operator()(const FromTime& from) const { *request.mutable_from_time() = ToProto(from.time); }
};

}  // namespace

Client::Client(ClientOptions options) : transport_(Transport::Make(std::move(options))) {}

Result<Appended> Client::Append(std::span<const NewRecord> records, std::string_view log) {
  return Append(records, AppendConditions(), log);
}

Result<Appended> Client::Append(std::span<const NewRecord> records, const AppendConditions& conditions,
                                std::string_view log) {
  v1::AppendRequest request;
  request.set_log(transport_->LogName(log));
  SetConditions(conditions, request);
  for (const NewRecord& record : records) {
    if (Status status = internal::CheckNewRecord(record); !status.ok()) return status;
    SetRecord(record, *request.add_records());
  }
  const auto response =
      transport_->Call(Transport::Repeat::kNever, &v1::ReplicationLog::Stub::Append, request);
  if (!response.ok()) return response.status();
  return FromProto(*response);
}

Result<LookupPage> Client::Lookup(const LookupOptions& options) {
  v1::LookupRequest request;
  request.set_log(transport_->LogName(options.log));
  request.set_channel(options.channel);
  for (const std::string& key : options.keys) request.add_keys(key);
  request.set_after_key(options.after_key);
  request.set_max_records(options.max_records);
  const auto response =
      transport_->Call(Transport::Repeat::kSafe, &v1::ReplicationLog::Stub::Lookup, request);
  if (!response.ok()) return response.status();
  return FromProto(*response);
}

Result<Page> Client::Read(const ReadOptions& options) {
  v1::ReadRequest request;
  request.set_log(transport_->LogName(options.log));
  std::visit(SetReadStart{request}, options.start);
  request.set_backward(options.backward);
  for (const std::string& channel : options.channels) request.add_channels(channel);
  request.set_max_records(options.max_records);
  request.set_max_bytes(options.max_bytes);
  const auto response = transport_->Call(Transport::Repeat::kSafe, &v1::ReplicationLog::Stub::Read, request);
  if (!response.ok()) return response.status();
  return FromProto(*response);
}

}  // namespace replog::client
