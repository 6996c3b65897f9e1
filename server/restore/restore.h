#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "storage/model/log_store.h"
#include "storage/rocks/options.h"

namespace replog {

// What was restored of a log.
struct RestoredLog {
  StoredLog log;  // of the copy
  VerifyProgress verified;
};

// Makes a new data directory, `options.directory`, of the backup in `from`. Every file's checksum is checked
// as it is copied, and then all that is stored, as `replogd verify` does. The copy has a storage id of its
// own, and each log a lineage of its own from the backup's end on; see NextLineage. The directory holds
// nothing, or all of it: a start that comes meanwhile, or after a crash, finds no store.
//
// BACKUP_DAMAGED, naming the file, also when the store in it has problems; FORMAT_TOO_NEW;
// DIRECTORY_NOT_EMPTY; WRONG_DIRECTORY; DISK_FULL.
absl::StatusOr<std::vector<RestoredLog>> RestoreBackup(const std::string& from, const StoreOptions& options,
                                                       Clock& clock);

}  // namespace replog
