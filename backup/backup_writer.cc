#include "backup/backup_writer.h"

#include <sys/stat.h>

#include <cerrno>

#include "backup/manifest.h"
#include "base/crc32c.h"
#include "google/protobuf/util/message_differencer.h"

namespace replog::backup {
namespace {

absl::Status WrongOrder() {
  return Damaged("the stream", "messages do not come in the order of the contract");
}

}  // namespace

absl::StatusOr<std::unique_ptr<BackupWriter>> BackupWriter::Begin(const std::string& path) {
  auto directory = StagedDirectory::Begin(path, {kFiles, kManifestSum, kManifest});
  if (!directory.ok()) return directory.status();
  const std::string files = (*directory)->staging() + "/" + kFiles;
  if (::mkdir(files.c_str(), 0755) != 0) return FileError(files, "make", errno);
  return std::unique_ptr<BackupWriter>(new BackupWriter(*std::move(directory)));
}

absl::Status BackupWriter::Take(const v1::BackupManifest& manifest) {
  if (!planned_) return TakePlan(manifest);
  if (confirmed_ || index_ < manifest_.files_size()) return WrongOrder();
  if (auto status = CheckManifest(manifest, true); !status.ok()) return status;
  // It has the checksums of what was sent, manifest_ those of what was written.
  for (int i = 0; i < manifest_.files_size(); ++i) {
    if (i >= manifest.files_size() || manifest.files(i).sha256() != manifest_.files(i).sha256())
      return Damaged(manifest_.files(i).name(), "is not what the server read");
  }
  if (!google::protobuf::util::MessageDifferencer::Equals(manifest, manifest_))
    return Damaged("the stream", "its two manifests differ");
  confirmed_ = true;
  return absl::OkStatus();
}

absl::Status BackupWriter::TakePlan(const v1::BackupManifest& manifest) {
  if (auto status = CheckManifest(manifest, false); !status.ok()) return status;
  manifest_ = manifest;
  total_bytes_ = TotalBytes(manifest);
  planned_ = true;
  return absl::OkStatus();
}

absl::Status BackupWriter::Take(const v1::BackupPiece& piece) {
  if (!planned_ || confirmed_ || index_ >= manifest_.files_size() ||
      piece.file() != static_cast<uint32_t>(index_) || piece.offset() != offset_) {
    return WrongOrder();
  }
  const v1::BackupFile& file = manifest_.files(index_);
  if (Crc32c(piece.data()) != piece.crc32c()) return Damaged(file.name(), "a piece was damaged on its way");
  if (piece.data().size() > file.bytes() - offset_) return Damaged(file.name(), "is longer than announced");
  if (file_ == nullptr) {
    if (auto status = BeginFile(); !status.ok()) return status;
  }
  if (auto status = file_->Append(piece.data()); !status.ok()) return status;
  sum_->Add(piece.data());
  offset_ += piece.data().size();
  bytes_ += piece.data().size();
  return offset_ == file.bytes() ? EndFile() : absl::OkStatus();
}

absl::Status BackupWriter::BeginFile() {
  auto file = NewFile::Create(directory_->staging() + "/" + kFiles + "/" + manifest_.files(index_).name());
  if (!file.ok()) return file.status();
  file_ = *std::move(file);
  sum_ = std::make_unique<Sha256>();
  return absl::OkStatus();
}

absl::Status BackupWriter::EndFile() {
  if (auto status = file_->Finish(); !status.ok()) return status;
  file_.reset();
  manifest_.mutable_files(index_)->set_sha256(sum_->Hex());
  ++index_;
  offset_ = 0;
  return absl::OkStatus();
}

absl::Status BackupWriter::Finish() {
  if (!confirmed_) return Damaged("the stream", "ended before its end");
  if (auto status = SyncDirectory(directory_->staging() + "/" + kFiles); !status.ok()) return status;
  if (auto status = WriteManifest(); !status.ok()) return status;
  return directory_->Publish();
}

absl::Status BackupWriter::WriteManifest() {
  const std::string json = PrintManifest(manifest_);
  const std::string& staging = directory_->staging();
  if (auto status = WriteNewFile(staging + "/" + kManifestSum, ManifestSum(json)); !status.ok())
    return status;
  return WriteNewFile(staging + "/" + kManifest, json);
}

}  // namespace replog::backup
