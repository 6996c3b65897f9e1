// Backups: Client::Backup, and what can be done with one without a server.
#include "backup/backup_reader.h"
#include "backup/backup_writer.h"
#include "backup/manifest.h"
#include "client/client.h"
#include "client/internal/request_id.h"
#include "client/internal/status_conversion.h"
#include "client/internal/transport.h"
#include "replog/v1/log_admin.grpc.pb.h"

namespace replog::client {
namespace {

using internal::FromAbsl;

BackupInfo InfoOf(const v1::BackupManifest& manifest) {
  BackupInfo info;
  info.storage_id = manifest.storage_id();
  info.taken = Time(std::chrono::microseconds(manifest.taken_us()));
  for (const v1::BackupLog& log : manifest.logs()) {
    info.logs.push_back(
        {log.name(), log.uuid(), log.lineage(), log.first_kept_sequence(), log.end_sequence()});
  }
  info.files = static_cast<uint64_t>(manifest.files_size());
  info.bytes = backup::TotalBytes(manifest);
  return info;
}

Status Stopped() { return {StatusCode::kCancelled, "stopped", reason::kCancelled}; }

Status Take(const v1::BackupResponse& response, backup::BackupWriter& writer) {
  if (response.has_manifest()) return FromAbsl(writer.Take(response.manifest()));
  return FromAbsl(writer.Take(response.piece()));
}

}  // namespace

Result<BackupInfo> Client::Backup(const std::string& directory, const BackupProgress& on_progress) {
  const internal::Channel channel =
      transport_->Connect(std::chrono::system_clock::now() + transport_->options().connect_timeout);
  if (channel == nullptr) return transport_->Unreachable();
  const auto writer = backup::BackupWriter::Begin(directory);
  if (!writer.ok()) return FromAbsl(writer.status());
  grpc::ClientContext context;
  internal::SetRequestId(context);
  const auto reader = v1::LogAdmin::NewStub(channel)->Backup(&context, v1::BackupRequest());
  v1::BackupResponse response;
  Status failure;
  while (failure.ok() && reader->Read(&response)) {
    failure = Take(response, **writer);
    const bool go_on = !on_progress || on_progress((*writer)->bytes(), (*writer)->total_bytes());
    if (failure.ok() && !go_on) failure = Stopped();
  }
  if (!failure.ok()) context.TryCancel();
  while (!failure.ok() && reader->Read(&response)) {
  }
  const Status ended = internal::FromGrpc(reader->Finish());
  if (!failure.ok()) return failure;
  if (!ended.ok()) return ended;
  if (Status status = FromAbsl((*writer)->Finish()); !status.ok()) return status;
  return InfoOf((*writer)->manifest());
}

Result<BackupInfo> CheckBackup(const std::string& directory, const BackupProgress& on_progress) {
  const auto manifest = backup::ReadManifest(directory);
  if (!manifest.ok()) return FromAbsl(manifest.status());
  const uint64_t total = backup::TotalBytes(*manifest);
  bool stopped = false;
  const auto status = backup::CheckBackup(directory, *manifest, [&](uint64_t bytes) {
    stopped = on_progress && !on_progress(bytes, total);
    return !stopped;
  });
  if (stopped) return Stopped();
  if (!status.ok()) return FromAbsl(status);
  return InfoOf(*manifest);
}

}  // namespace replog::client
