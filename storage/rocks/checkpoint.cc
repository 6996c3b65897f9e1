#include "storage/rocks/checkpoint.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "rocksdb/utilities/checkpoint.h"
#include "storage/rocks/catalog.h"

namespace replog {
namespace {

namespace fs = std::filesystem;

// The copy is opened for a moment only, to recover a short log.
constexpr size_t kSealCacheBytes = 8 << 20;

absl::Status CheckpointError(const rocksdb::Status& status) {
  if (!status.IsNoSpace()) return FromRocks(status, "make a checkpoint for the backup");
  return MakeError(Reason::kDiskFull,
                   absl::StrCat("no space for the backup's checkpoint: ", status.ToString()));
}

// RocksDB's own log and lock are of the process, not of the store.
bool IsPartOfTheStore(std::string_view name) { return name != "LOCK" && !name.starts_with("LOG"); }

absl::Status ReadError(const std::string& path, std::string_view what) {
  return MakeError(Reason::kStoreFailed, absl::StrCat("cannot read ", path, ": ", std::string(what)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Checkpoint>> Checkpoint::Make(const Engine& engine, const std::string& path) {
  rocksdb::Checkpoint* made = nullptr;
  if (const auto status = rocksdb::Checkpoint::Create(engine.db(), &made); !status.ok())
    return CheckpointError(status);
  const std::unique_ptr<rocksdb::Checkpoint> maker(made);
  if (::mkdir(path.c_str(), 0755) != 0)
    return MakeError(Reason::kBusy, absl::StrCat("cannot make ", path, ": ", strerror(errno)));
  std::unique_ptr<Checkpoint> checkpoint(new Checkpoint(path));
  if (const auto status = maker->CreateCheckpoint(checkpoint->db_path_); !status.ok())
    return CheckpointError(status);
  return checkpoint;
}

Checkpoint::~Checkpoint() {
  std::error_code ignored;  // the next start tries again
  fs::remove_all(path_, ignored);
}

absl::Status Checkpoint::Seal(const StoreOptions& options, uint64_t floor) {
  StoreOptions once = options;
  once.compact = false;
  once.cache_bytes = kSealCacheBytes;
  {
    const auto engine = Engine::Open(once, db_path_);
    if (!engine.ok()) return engine.status();
    if ((*engine)->db()->GetLatestSequenceNumber() < floor)
      return MakeError(Reason::kBelowFloor, "the backup's checkpoint lacks acknowledged records");
    Catalog catalog;
    rocksdb::WriteBatch unused;
    if (auto status = catalog.Load(**engine, unused); !status.ok()) return status;
    contents_.format_version = schema::kFormatVersion;
    contents_.storage_id = catalog.storage_id();
    for (const auto& [number, log] : catalog.logs()) contents_.logs.push_back(log);
  }
  return ListFiles();
}

absl::Status Checkpoint::ListFiles() {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(db_path_, error)) {
    const std::string name = entry.path().filename();
    if (!IsPartOfTheStore(name)) continue;
    const uint64_t bytes = entry.file_size(error);
    if (error) break;
    contents_.files.push_back({name, bytes});
  }
  if (error) return ReadError(db_path_, error.message());
  std::ranges::sort(contents_.files, {}, &File::name);
  return absl::OkStatus();
}

absl::StatusOr<std::string> Checkpoint::Read(const File& file, uint64_t offset, size_t max_bytes) {
  const std::string path = db_path_ + "/" + file.name;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return ReadError(path, strerror(errno));
  std::string data(std::min<uint64_t>(max_bytes, file.bytes - std::min(offset, file.bytes)), '\0');
  size_t filled = 0;
  ssize_t read = 1;
  while (filled < data.size() && read > 0) {
    read = ::pread(fd, data.data() + filled, data.size() - filled, static_cast<off_t>(offset + filled));
    if (read > 0) filled += static_cast<size_t>(read);
    if (read < 0 && errno == EINTR) read = 1;
  }
  const int failure = errno;
  ::close(fd);
  if (filled == data.size()) return data;
  return ReadError(path, read < 0 ? strerror(failure) : "it is shorter than it was");
}

}  // namespace replog
