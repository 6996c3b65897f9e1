#pragma once

#include <memory>
#include <string>

#include "storage/model/store_backup.h"
#include "storage/rocks/engine.h"

namespace replog {

// StoreBackup over a RocksDB checkpoint: tables are hard links to those of the store, so making it copies
// little, however large the store is. Removed when destroyed; what a killed process leaves is removed by the
// next start.
class Checkpoint final : public StoreBackup {
 public:
  // Makes the checkpoint in the folder `path`, which is made too and must be on the store's file system; BUSY
  // when it is there. Appends go on meanwhile: RocksDB flushes, and what comes then is in the copy of the
  // write-ahead log up to some whole commit. DISK_FULL, STORE_FAILED.
  static absl::StatusOr<std::unique_ptr<Checkpoint>> Make(const Engine& engine, const std::string& path);
  ~Checkpoint() override;

  // Recovers the copy once, as a start would: then no file of it has an unfinished end, and what it holds is
  // known. Everything up to `floor` must be in it (BELOW_FLOOR).
  absl::Status Seal(const StoreOptions& options, uint64_t floor);

  const Contents& contents() const override { return contents_; }
  absl::StatusOr<std::string> Read(const File& file, uint64_t offset, size_t max_bytes) override;

 private:
  explicit Checkpoint(std::string path) : path_(std::move(path)), db_path_(path_ + "/db") {}
  absl::Status ListFiles();

  const std::string path_;
  const std::string db_path_;  // RocksDB makes it under another name and renames it
  Contents contents_;
};

}  // namespace replog
