#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "client/record.h"
#include "client/status.h"

namespace replog::client {

// A log as a backup has it: its records from first_kept_sequence up to but not including end_sequence.
struct BackupLogInfo {
  std::string name;
  std::string uuid;
  uint64_t lineage = 0;
  uint64_t first_kept_sequence = 0;
  uint64_t end_sequence = 0;
};

// What a backup holds.
struct BackupInfo {
  std::string storage_id;  // of the store that it was taken of
  Time taken;
  std::vector<BackupLogInfo> logs;  // the server's own `_system` too
  uint64_t files = 0;
  uint64_t bytes = 0;
};

// Told now and then, on the calling thread, how many bytes of how many are done; returns false to stop.
using BackupProgress = std::function<bool(uint64_t bytes, uint64_t total)>;

// Checks a backup in a directory of this machine, without a server: that all its files are there, and their
// sizes and SHA-256. DATA_LOSS (BACKUP_DAMAGED, with `file`); FAILED_PRECONDITION (WRONG_DIRECTORY when there
// is none, FORMAT_TOO_NEW); CANCELLED when it was stopped.
Result<BackupInfo> CheckBackup(const std::string& directory, const BackupProgress& on_progress = {});

}  // namespace replog::client
