#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace replog {

// A server's data directory, held by one process for as long as this lives:
//   LOCK   held with flock
//   FLOOR  see acked_floor.h
//   db/    RocksDB
//   BACKUP/  what a backup that is under way copies; see checkpoint.h
class DataDirectory {
 public:
  // Makes the directory when only it, and not its parent, is missing. WRONG_DIRECTORY when it is neither
  // empty nor ours, or cannot be written; STORE_LOCKED when another process holds it.
  static absl::StatusOr<std::unique_ptr<DataDirectory>> Open(const std::string& path);
  ~DataDirectory();
  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;

  // Makes the directory itself, and its entry in its parent, outlive a power cut.
  absl::Status Sync() const;

  // Whether a store was ever made here.
  bool fresh() const { return fresh_; }
  std::string floor_path() const { return path_ + "/FLOOR"; }
  std::string db_path() const { return path_ + "/db"; }
  std::string backup_path() const { return path_ + "/BACKUP"; }
  const std::string& path() const { return path_; }

 private:
  DataDirectory(std::string path, int lock_fd, bool fresh)
      : path_(std::move(path)), lock_fd_(lock_fd), fresh_(fresh) {}

  const std::string path_;
  const int lock_fd_;
  const bool fresh_;
};

}  // namespace replog
