#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace replog::backup {

// A file that is written from its beginning to its end, and then outlives a power cut. Not thread-safe.
class NewFile {
 public:
  // DISK_FULL; WRONG_DIRECTORY when it is there already or cannot be made.
  static absl::StatusOr<std::unique_ptr<NewFile>> Create(const std::string& path);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  absl::Status Append(std::string_view data);
  // Syncs it. Without this what was written may be lost.
  absl::Status Finish();

 private:
  NewFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

  const std::string path_;
  const int fd_;
};

// All of a small file at once.
absl::Status WriteNewFile(const std::string& path, std::string_view contents);

// Makes the entries of a directory outlive a power cut.
absl::Status SyncDirectory(const std::string& path);

// DISK_FULL or WRONG_DIRECTORY, as `error` (an errno) says; names the path.
absl::Status FileError(const std::string& path, std::string_view doing, int error);

}  // namespace replog::backup
