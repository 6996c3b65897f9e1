#include "storage/rocks/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace replog {
namespace {

namespace fs = std::filesystem;

absl::Status Refuse(const std::string& path, const std::string& why) {
  return MakeError(Reason::kWrongDirectory, absl::StrCat("data directory ", path, ": ", why));
}

// OK when the directory is ours or may become ours: it is empty, or has what we put there.
absl::Status CheckContents(const std::string& path, bool& fresh) {
  bool ours = false;
  bool empty = true;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    const std::string name = entry.path().filename();
    // A mount point has this directory from the start.
    if (name == "lost+found") continue;
    // What a start that was killed at once leaves.
    if (name == "LOCK" || name == "FLOOR.new") continue;
    empty = false;
    ours |= name == "FLOOR" || name == "db";
  }
  if (error) return Refuse(path, error.message());
  if (!empty && !ours) return Refuse(path, "is not empty and holds no replog data");
  fresh = empty;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<DataDirectory>> DataDirectory::Open(const std::string& path) {
  if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return Refuse(path, strerror(errno));
  bool fresh = false;
  if (auto status = CheckContents(path, fresh); !status.ok()) return status;
  const std::string lock_path = path + "/LOCK";
  const int fd = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return Refuse(path, absl::StrCat("cannot write: ", strerror(errno)));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd);
    return MakeError(Reason::kStoreLocked,
                     absl::StrCat("data directory ", path, " is in use by another server"));
  }
  return std::unique_ptr<DataDirectory>(new DataDirectory(path, fd, fresh));
}

absl::Status DataDirectory::Sync() const {
  for (const std::string& path : {path_, path_ + "/.."}) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = fd >= 0 && ::fsync(fd) == 0;
    const int error = errno;
    if (fd >= 0) ::close(fd);
    if (!synced) return Refuse(path, absl::StrCat("cannot be synced: ", strerror(error)));
  }
  return absl::OkStatus();
}

DataDirectory::~DataDirectory() { ::close(lock_fd_); }

}  // namespace replog
