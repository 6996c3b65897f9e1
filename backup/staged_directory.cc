#include "backup/staged_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "backup/new_file.h"
#include "base/error.h"

namespace replog::backup {

namespace fs = std::filesystem;

absl::StatusOr<std::unique_ptr<StagedDirectory>> StagedDirectory::Begin(const std::string& path,
                                                                        std::vector<std::string> entries) {
  const bool made = ::mkdir(path.c_str(), 0755) == 0;
  if (!made && errno != EEXIST) return FileError(path, "make", errno);
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return FileError(path, "open", errno);
  std::unique_ptr<StagedDirectory> directory(new StagedDirectory(path, std::move(entries), fd, made));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0)
    return MakeError(Reason::kBusy, absl::StrCat(path, ": another process is building it"));
  if (auto status = directory->ClearLeftovers(); !status.ok()) return status;
  if (::mkdir(directory->staging_.c_str(), 0755) != 0) return FileError(directory->staging_, "make", errno);
  return directory;
}

StagedDirectory::StagedDirectory(std::string path, std::vector<std::string> entries, int lock_fd, bool made)
    : path_(std::move(path)),
      staging_(path_ + "/" + kStaging),
      entries_(std::move(entries)),
      lock_fd_(lock_fd),
      made_(made) {}

// What an unfinished one left is its staging, and of the entries some that it had moved up, but not the last.
absl::Status StagedDirectory::ClearLeftovers() {
  std::error_code error;
  bool unfinished = false;
  bool moved = false;
  bool other = false;
  for (const auto& entry : fs::directory_iterator(path_, error)) {
    const std::string name = entry.path().filename();
    if (name == "lost+found") continue;  // of a mount point
    const auto place = std::ranges::find(entries_, name);
    if (name == kStaging) {
      unfinished = true;
    } else if (place != entries_.end() && name != entries_.back()) {
      moved = true;
    } else {
      other = true;
    }
  }
  if (error) return FileError(path_, "read", error.value());
  if (other || (moved && !unfinished)) {
    return MakeError(Reason::kDirectoryNotEmpty,
                     absl::StrCat(path_, ": is not empty; name a directory that is, or a new one"));
  }
  owned_ = true;
  Remove();
  return absl::OkStatus();
}

absl::Status StagedDirectory::Publish() {
  if (auto status = SyncDirectory(staging_); !status.ok()) return status;
  for (const std::string& name : entries_) {
    // The others must be there for certain before the one that readers go by.
    if (name == entries_.back()) {
      if (auto status = SyncDirectory(path_); !status.ok()) return status;
    }
    const std::string target = path_ + "/" + name;
    if (std::rename((staging_ + "/" + name).c_str(), target.c_str()) != 0)
      return FileError(target, "make", errno);
  }
  owned_ = false;
  std::error_code ignored;  // the directory is whole with or without it
  fs::remove_all(staging_, ignored);
  if (auto status = SyncDirectory(path_); !status.ok()) return status;
  return SyncDirectory(path_ + "/..");
}

void StagedDirectory::Remove() {
  std::error_code ignored;  // what stays is met by the next one
  // First what readers go by, at last what says that the rest may be removed.
  for (auto name = entries_.rbegin(); name != entries_.rend(); ++name)
    fs::remove_all(path_ + "/" + *name, ignored);
  fs::remove_all(staging_, ignored);
}

StagedDirectory::~StagedDirectory() {
  if (owned_) {
    Remove();
    if (made_) ::rmdir(path_.c_str());
  }
  ::close(lock_fd_);
}

}  // namespace replog::backup
