#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "replog/v1/backup.pb.h"

namespace replog::backup {

// The manifest of the backup in a directory. BACKUP_DAMAGED, naming the file, when it or its checksum is
// missing or damaged; FORMAT_TOO_NEW; WRONG_DIRECTORY when there is no backup.
absl::StatusOr<v1::BackupManifest> ReadManifest(const std::string& path);

// Reads one file of a backup, in pieces of 1 MiB at most, and checks its size and SHA-256. `take` gets each
// piece before the whole is known to be good; its error ends the reading. BACKUP_DAMAGED.
absl::Status ReadBackupFile(const std::string& path, const v1::BackupFile& file,
                            const std::function<absl::Status(std::string_view)>& take);

// Checks all files of a backup. `progress` is told how many bytes of the total were read; CANCELLED when it
// is false.
absl::Status CheckBackup(const std::string& path, const v1::BackupManifest& manifest,
                         const std::function<bool(uint64_t)>& progress);

}  // namespace replog::backup
