#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "backup/new_file.h"
#include "backup/sha256.h"
#include "backup/staged_directory.h"
#include "replog/v1/backup.pb.h"

namespace replog::backup {

// Writes a backup into a new directory, as LogAdmin.Backup sends it: nothing that comes is believed, and only
// a whole backup has a manifest. Not thread-safe.
class BackupWriter {
 public:
  // DIRECTORY_NOT_EMPTY, WRONG_DIRECTORY, BUSY: see StagedDirectory.
  static absl::StatusOr<std::unique_ptr<BackupWriter>> Begin(const std::string& path);

  // Each is called in the order in which the server sends. BACKUP_DAMAGED when the stream is not what the
  // contract says; DISK_FULL.
  absl::Status Take(const v1::BackupManifest& manifest);
  absl::Status Take(const v1::BackupPiece& piece);
  // When the stream ended well: the backup appears in its directory.
  absl::Status Finish();

  // Of all files, so far and as the manifest says.
  uint64_t bytes() const { return bytes_; }
  uint64_t total_bytes() const { return total_bytes_; }
  // As it was sent last.
  const v1::BackupManifest& manifest() const { return manifest_; }

 private:
  explicit BackupWriter(std::unique_ptr<StagedDirectory> directory) : directory_(std::move(directory)) {}
  absl::Status TakePlan(const v1::BackupManifest& manifest);
  absl::Status BeginFile();
  absl::Status EndFile();
  absl::Status WriteManifest();

  const std::unique_ptr<StagedDirectory> directory_;
  v1::BackupManifest manifest_;  // with the checksums of what was written
  bool planned_ = false;         // the manifest without checksums came
  bool confirmed_ = false;       // the one with them
  uint64_t bytes_ = 0;
  uint64_t total_bytes_ = 0;
  // The file that is being written.
  int index_ = 0;
  uint64_t offset_ = 0;
  std::unique_ptr<NewFile> file_;
  std::unique_ptr<Sha256> sum_;
};

}  // namespace replog::backup
