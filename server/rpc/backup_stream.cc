#include "server/rpc/backup_stream.h"

#include "absl/strings/str_cat.h"
#include "backup/manifest.h"
#include "backup/sha256.h"
#include "base/crc32c.h"
#include "base/error.h"

namespace replog {
namespace {

constexpr size_t kPieceBytes = 1 << 20;
// How often the disk is looked at while a client does not read.
constexpr std::chrono::seconds kLook{1};

v1::BackupManifest PlanOf(const StoreBackup::Contents& contents, int64_t now_us) {
  v1::BackupManifest plan;
  plan.set_format_version(backup::kFormatVersion);
  plan.set_store_format_version(contents.format_version);
  plan.set_storage_id(contents.storage_id);
  plan.set_taken_us(now_us);
  for (const StoredLog& log : contents.logs) {
    v1::BackupLog& planned = *plan.add_logs();
    planned.set_name(log.descriptor.name);
    planned.set_uuid(log.descriptor.uuid);
    planned.set_lineage(log.descriptor.lineage);
    planned.set_first_kept_sequence(log.first_kept);
    planned.set_end_sequence(log.end);
  }
  for (const StoreBackup::File& file : contents.files) {
    v1::BackupFile& planned = *plan.add_files();
    planned.set_name(file.name);
    planned.set_bytes(file.bytes);
  }
  return plan;
}

}  // namespace

absl::Status BackupStream::Begin() {
  if (slot_.exchange(true))
    return MakeError(Reason::kBusy, "another backup is under way; one is made at a time");
  backups_.Post([this, self = shared_from_this()] {
    const auto status = Run();
    slot_ = false;
    End(status);
  });
  return absl::OkStatus();
}

absl::Status BackupStream::Run() {
  if (auto status = CheckDisk(); !status.ok()) return status;
  const auto copy = service_.store().BeginBackup();
  if (!copy.ok()) return copy.status();
  v1::BackupManifest manifest = PlanOf((*copy)->contents(), service_.clock().WallMicros());
  v1::BackupResponse response;
  *response.mutable_manifest() = manifest;
  if (auto status = Send(response); !status.ok()) return status;
  for (int i = 0; i < manifest.files_size(); ++i) {
    auto status = SendFile(**copy, static_cast<uint32_t>(i), *manifest.mutable_files(i));
    if (!status.ok()) return status;
  }
  *response.mutable_manifest() = manifest;
  return Send(response);
}

// Sets the file's checksum to that of what was read.
absl::Status BackupStream::SendFile(StoreBackup& backup, uint32_t index, v1::BackupFile& file) {
  Sha256 sum;
  uint64_t offset = 0;
  do {
    auto data = backup.Read({file.name(), file.bytes()}, offset, kPieceBytes);
    if (!data.ok()) return data.status();
    sum.Add(*data);
    v1::BackupResponse response;
    v1::BackupPiece& piece = *response.mutable_piece();
    piece.set_file(index);
    piece.set_offset(offset);
    piece.set_crc32c(Crc32c(*data));
    offset += data->size();
    piece.set_data(*std::move(data));
    if (auto status = Send(response); !status.ok()) return status;
  } while (offset < file.bytes());
  file.set_sha256(sum.Hex());
  return absl::OkStatus();
}

absl::Status BackupStream::CheckDisk() const {
  const uint64_t reserve = service_.options().committer.reserve_bytes;
  if (service_.store().FreeBytes() >= reserve) return absl::OkStatus();
  return MakeError(
      Reason::kDiskFull,
      absl::StrCat("no backup while the disk has less than the reserve of ", reserve, " bytes free"),
      {{"reserve_bytes", std::to_string(reserve)}});
}

absl::Status BackupStream::Send(const v1::BackupResponse& response) {
  Put(response);
  for (;;) {
    const bool taken = AwaitTaken(kLook);
    if (auto status = MayGoOn(); !status.ok()) return status;
    if (auto status = CheckDisk(); !status.ok() || taken) return status;
  }
}

}  // namespace replog
