#include "backup/new_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace replog::backup {

absl::Status FileError(const std::string& path, std::string_view doing, int error) {
  const bool full = error == ENOSPC || error == EDQUOT;
  return MakeError(full ? Reason::kDiskFull : Reason::kWrongDirectory,
                   absl::StrCat("cannot ", std::string(doing), " ", path, ": ", strerror(error)));
}

absl::StatusOr<std::unique_ptr<NewFile>> NewFile::Create(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return FileError(path, "create", errno);
  return std::unique_ptr<NewFile>(new NewFile(path, fd));
}

NewFile::~NewFile() { ::close(fd_); }

absl::Status NewFile::Append(std::string_view data) {
  while (!data.empty()) {
    const ssize_t written = ::write(fd_, data.data(), data.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FileError(path_, "write", errno);
    data.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status NewFile::Finish() {
  return ::fsync(fd_) == 0 ? absl::OkStatus() : FileError(path_, "sync", errno);
}

absl::Status WriteNewFile(const std::string& path, std::string_view contents) {
  auto file = NewFile::Create(path);
  if (!file.ok()) return file.status();
  if (auto status = (*file)->Append(contents); !status.ok()) return status;
  return (*file)->Finish();
}

absl::Status SyncDirectory(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return FileError(path, "sync", errno);
  const bool synced = ::fsync(fd) == 0;
  const int error = errno;
  ::close(fd);
  return synced ? absl::OkStatus() : FileError(path, "sync", error);
}

}  // namespace replog::backup
