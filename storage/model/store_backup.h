#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/model/log_store.h"

namespace replog {

// A copy of a whole store as it stood at one moment, in files that do not change any more. What it copies
// takes space on the disk while it lives. Its store must outlive it. Not thread-safe.
class StoreBackup {
 public:
  struct File {
    std::string name;  // without a folder
    uint64_t bytes;
  };
  struct Contents {
    uint32_t format_version = 0;
    std::string storage_id;
    std::vector<StoredLog> logs;  // by number
    std::vector<File> files;
  };

  // Frees the space.
  virtual ~StoreBackup() = default;

  virtual const Contents& contents() const = 0;
  // Up to `max_bytes` of a file from `offset` on; fewer only at its end. May block on the disk.
  virtual absl::StatusOr<std::string> Read(const File& file, uint64_t offset, size_t max_bytes) = 0;
};

}  // namespace replog
