#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace replog::backup {

// A new directory that is built out of sight: in a subdirectory, whose entries are moved up when all of them
// are whole and synced, the one that makes it count as the last. Who is killed meanwhile leaves a
// subdirectory, which the next one clears away. Works for a mount point too, which could not be renamed. Not
// thread-safe.
class StagedDirectory {
 public:
  // `entries`: the names of what will be in it, in the order in which they are moved up; the last is what
  // readers go by. Makes the directory when only it is missing. DIRECTORY_NOT_EMPTY when there is anything in
  // it but what an unfinished one left; WRONG_DIRECTORY; BUSY when another process is building it.
  static absl::StatusOr<std::unique_ptr<StagedDirectory>> Begin(const std::string& path,
                                                                std::vector<std::string> entries);
  // Without Publish: removes all that was built, and the directory if it was made here.
  ~StagedDirectory();
  StagedDirectory(const StagedDirectory&) = delete;
  StagedDirectory& operator=(const StagedDirectory&) = delete;

  // Where to build.
  const std::string& staging() const { return staging_; }
  // Moves the entries up. What is in the files must be synced by who wrote them.
  absl::Status Publish();

 private:
  StagedDirectory(std::string path, std::vector<std::string> entries, int lock_fd, bool made);
  absl::Status ClearLeftovers();
  // What was moved up, and the staging.
  void Remove();

  const std::string path_;
  const std::string staging_;
  const std::vector<std::string> entries_;
  const int lock_fd_;
  const bool made_;     // the directory was not there before
  bool owned_ = false;  // what is in it is ours to remove
};

// The subdirectory's name.
inline constexpr const char* kStaging = "unfinished";

}  // namespace replog::backup
