#include "tests/storage/support/faulty_file_system.h"

#include <filesystem>
#include <fstream>

#include "tests/support/child_process.h"

namespace replog::testing {
namespace {

namespace fs = std::filesystem;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

std::string Normal(const std::string& path) { return fs::path(path).lexically_normal(); }
std::string DirectoryOf(const std::string& path) { return fs::path(path).parent_path(); }

// Of the pages between `begin` and `end` some become zeros.
void LosePages(const std::string& path, uint64_t begin, uint64_t end, std::mt19937_64& random) {
  constexpr uint64_t kPage = 4096;
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  while (begin < end) {
    const uint64_t page_end = std::min(end, (begin / kPage + 1) * kPage);
    if (random() % 2 == 0) {
      file.seekp(static_cast<std::streamoff>(begin));
      file << std::string(page_end - begin, '\0');
    }
    begin = page_end;
  }
}

}  // namespace

class FaultyFileSystem::File final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  File(FaultyFileSystem& system, std::string path, std::unique_ptr<rocksdb::FSWritableFile> file)
      : FSWritableFileOwnerWrapper(std::move(file)), system_(system), path_(std::move(path)) {}

  using FSWritableFileOwnerWrapper::Append;
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options, IODebugContext* debug) override {
    const auto begun = system_.BeginAppend(path_, data.size());
    const rocksdb::Slice part(data.data(), begun.bytes);
    auto status = begun.bytes == 0 ? IOStatus::OK() : target()->Append(part, options, debug);
    return begun.status.ok() ? status : begun.status;
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    const uint64_t appended = system_.Appended(path_);
    if (auto status = system_.BeginSync(path_); !status.ok()) return status;
    // The model decides what survives; a real sync would only take time.
    auto status = target()->Flush(options, debug);
    if (status.ok()) system_.EndSync(path_, appended);
    return status;
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override { return Sync(options, debug); }
  IOStatus RangeSync(uint64_t, uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }

 private:
  FaultyFileSystem& system_;
  const std::string path_;
};

class FaultyFileSystem::Directory final : public rocksdb::FSDirectory {
 public:
  Directory(FaultyFileSystem& system, std::string path) : system_(system), path_(std::move(path)) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return system_.SyncDirectory(path_); }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  FaultyFileSystem& system_;
  const std::string path_;
};

void FaultyFileSystem::FailWrites(IOStatus error) {
  MutexLock lock(mutex_);
  write_error_ = std::move(error);
}

void FaultyFileSystem::FailSyncs(IOStatus error) {
  MutexLock lock(mutex_);
  sync_error_ = std::move(error);
}

void FaultyFileSystem::Heal() {
  MutexLock lock(mutex_);
  write_error_.reset();
  sync_error_.reset();
}

void FaultyFileSystem::PowerOff() {
  MutexLock lock(mutex_);
  off_ = true;
}

void FaultyFileSystem::PowerOffAfter(uint64_t changes) {
  MutexLock lock(mutex_);
  changes_left_ = changes;
}

bool FaultyFileSystem::off() const {
  MutexLock lock(mutex_);
  return off_;
}

void FaultyFileSystem::PowerOn(std::mt19937_64& random) {
  MutexLock lock(mutex_);
  for (const auto& [path, state] : files_) {
    if (!fs::exists(path)) continue;
    if (path.ends_with(".log") && random() % 2 == 0) {
      LosePages(path, state.synced, state.appended, random);
    } else {
      fs::resize_file(path, std::uniform_int_distribution(state.synced, state.appended)(random));
    }
  }
  for (const auto& [path, before] : entries_before_) {
    fs::remove(path);
    if (before) std::ofstream(path, std::ios::binary) << *before;
  }
  files_.clear();
  entries_before_.clear();
  changes_left_.reset();
  off_ = false;
}

uint64_t FaultyFileSystem::appends() const {
  MutexLock lock(mutex_);
  return appends_;
}

IOStatus FaultyFileSystem::BeginChange() {
  if (changes_left_ && (*changes_left_)-- == 0) {
    changes_left_.reset();
    off_ = true;
  }
  return off_ ? IOStatus::IOError("the power is off") : IOStatus::OK();
}

FaultyFileSystem::Append FaultyFileSystem::BeginAppend(const std::string& path, size_t bytes) {
  MutexLock lock(mutex_);
  ++appends_;
  if (auto status = BeginChange(); !status.ok()) return {status, 0};
  const size_t written = write_error_ ? bytes / 2 : bytes;
  files_[path].appended += written;
  return {write_error_.value_or(IOStatus::OK()), written};
}

uint64_t FaultyFileSystem::Appended(const std::string& path) {
  MutexLock lock(mutex_);
  return files_[path].appended;
}

IOStatus FaultyFileSystem::BeginSync(const std::string& path) {
  MutexLock lock(mutex_);
  if (auto status = BeginChange(); !status.ok()) return status;
  if (!sync_error_) return IOStatus::OK();
  files_[path].sync_failed = true;
  return *sync_error_;
}

void FaultyFileSystem::EndSync(const std::string& path, uint64_t appended_before) {
  MutexLock lock(mutex_);
  FileState& state = files_[path];
  if (!state.sync_failed && !off_) state.synced = std::max(state.synced, appended_before);
}

IOStatus FaultyFileSystem::SyncDirectory(const std::string& path) {
  MutexLock lock(mutex_);
  if (auto status = BeginChange(); !status.ok()) return status;
  if (sync_error_) return *sync_error_;
  std::erase_if(entries_before_, [&](const auto& entry) { return DirectoryOf(entry.first) == path; });
  return IOStatus::OK();
}

IOStatus FaultyFileSystem::NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                                           IODebugContext* debug) {
  const std::string name = Normal(path);
  MutexLock lock(mutex_);
  if (auto status = BeginChange(); !status.ok()) return status;
  if (write_error_) return *write_error_;
  auto before = fs::exists(name) ? std::optional(ReadFile(name)) : std::nullopt;
  if (auto status = target()->NewWritableFile(path, options, result, debug); !status.ok()) return status;
  entries_before_.try_emplace(name, std::move(before));
  files_[name] = {};
  *result = std::make_unique<File>(*this, name, std::move(*result));
  return IOStatus::OK();
}

IOStatus FaultyFileSystem::NewDirectory(const std::string& path, const IOOptions&,
                                        std::unique_ptr<rocksdb::FSDirectory>* result, IODebugContext*) {
  std::string name = Normal(path);
  if (name.back() == '/') name.pop_back();
  if (!fs::is_directory(name)) return IOStatus::PathNotFound(name);
  *result = std::make_unique<Directory>(*this, name);
  return IOStatus::OK();
}

IOStatus FaultyFileSystem::DeleteFile(const std::string& path, const IOOptions& options,
                                      IODebugContext* debug) {
  const std::string name = Normal(path);
  MutexLock lock(mutex_);
  if (auto status = BeginChange(); !status.ok()) return status;
  files_.erase(name);
  entries_before_.erase(name);
  return target()->DeleteFile(path, options, debug);
}

IOStatus FaultyFileSystem::RenameFile(const std::string& from, const std::string& to,
                                      const IOOptions& options, IODebugContext* debug) {
  const std::string source = Normal(from);
  const std::string destination = Normal(to);
  MutexLock lock(mutex_);
  if (auto status = BeginChange(); !status.ok()) return status;
  auto before = fs::exists(destination) ? std::optional(ReadFile(destination)) : std::nullopt;
  if (auto status = target()->RenameFile(from, to, options, debug); !status.ok()) return status;
  entries_before_.try_emplace(destination, std::move(before));
  entries_before_.erase(source);
  if (auto moved = files_.extract(source); !moved.empty()) files_[destination] = moved.mapped();
  return IOStatus::OK();
}

}  // namespace replog::testing
