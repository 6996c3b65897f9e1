#include "server/restore/restore.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "absl/strings/str_cat.h"
#include "backup/backup_reader.h"
#include "backup/manifest.h"
#include "backup/new_file.h"
#include "backup/staged_directory.h"
#include "base/error.h"
#include "storage/rocks/fork_store.h"
#include "storage/rocks/rocks_store.h"

namespace replog {
namespace {

absl::Status CopyFile(const std::string& from, const v1::BackupFile& file, const std::string& db) {
  auto copy = backup::NewFile::Create(db + "/" + file.name());
  if (!copy.ok()) return copy.status();
  const auto status =
      backup::ReadBackupFile(from, file, [&](std::string_view piece) { return (*copy)->Append(piece); });
  return status.ok() ? (*copy)->Finish() : status;
}

absl::Status CopyFiles(const std::string& from, const v1::BackupManifest& manifest, const std::string& db) {
  if (::mkdir(db.c_str(), 0755) != 0) return backup::FileError(db, "make", errno);
  for (const v1::BackupFile& file : manifest.files()) {
    if (auto status = CopyFile(from, file, db); !status.ok()) return status;
  }
  return backup::SyncDirectory(db);
}

absl::Status CheckStoreFormat(const v1::BackupManifest& manifest) {
  if (manifest.store_format_version() <= schema::kFormatVersion) return absl::OkStatus();
  return MakeError(Reason::kFormatTooNew,
                   absl::StrCat("the backup is of a store of format ", manifest.store_format_version(),
                                "; this version knows up to ", schema::kFormatVersion));
}

// That a log is what the manifest says of it, of a later lineage.
absl::Status CheckLog(const StoredLog& log, const v1::BackupManifest& manifest) {
  const LogDescriptor& found = log.descriptor;
  const auto listed = std::ranges::find(manifest.logs(), found.name, &v1::BackupLog::name);
  if (listed != manifest.logs().end() && listed->uuid() == found.uuid && listed->lineage() < found.lineage &&
      listed->first_kept_sequence() == log.first_kept && listed->end_sequence() == log.end) {
    return absl::OkStatus();
  }
  return backup::Damaged(backup::kManifest, absl::StrCat("the files hold another log \"", found.name, "\""));
}

absl::StatusOr<std::vector<RestoredLog>> VerifyStore(const StoreOptions& options,
                                                     const v1::BackupManifest& manifest) {
  const auto store = RocksStore::OpenReadOnly(options);
  if (!store.ok()) return store.status();
  std::vector<RestoredLog> logs;
  for (const StoredLog& log : (*store)->Logs()) {
    if (auto status = CheckLog(log, manifest); !status.ok()) return status;
    RestoredLog restored{log, {}};
    const auto status =
        (*store)->Verify(log.descriptor.number, log.first_kept, log.end, [&](const VerifyProgress& progress) {
          restored.verified = progress;
          return true;
        });
    if (!status.ok()) return status;
    if (restored.verified.problem_count > 0) {
      return backup::Damaged(backup::kFiles, absl::StrCat("log \"", log.descriptor.name, "\": ",
                                                          restored.verified.problems.front().description));
    }
    logs.push_back(std::move(restored));
  }
  if (logs.size() != static_cast<size_t>(manifest.logs_size()))
    return backup::Damaged(backup::kManifest, "lists a log that the files do not hold");
  return logs;
}

}  // namespace

absl::StatusOr<std::vector<RestoredLog>> RestoreBackup(const std::string& from, const StoreOptions& options,
                                                       Clock& clock) {
  const auto manifest = backup::ReadManifest(from);
  if (!manifest.ok()) return manifest.status();
  if (auto status = CheckStoreFormat(*manifest); !status.ok()) return status;
  // The floor is what a start goes by.
  const auto directory = backup::StagedDirectory::Begin(options.directory, {"db", "FLOOR"});
  if (!directory.ok()) return directory.status();
  StoreOptions staged = options;
  staged.directory = (*directory)->staging();
  if (auto status = CopyFiles(from, *manifest, staged.directory + "/db"); !status.ok()) return status;
  if (auto status = ForkStore(staged, clock); !status.ok()) return status;
  auto logs = VerifyStore(staged, *manifest);
  if (!logs.ok()) return logs.status();
  if (auto status = (*directory)->Publish(); !status.ok()) return status;
  return logs;
}

}  // namespace replog
