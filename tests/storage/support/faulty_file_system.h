#pragma once

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>

#include "base/mutex.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace replog::testing {

// A file system under RocksDB that can break: it remembers what was synced, so that a loss of power can take
// the rest away, and fails writes and syncs on demand. What is on disk stays in ordinary files, so it can be
// looked at.
//
// Lost at PowerOff: bytes that were appended and not synced (a random part of them survives: a prefix; of a
// write-ahead log, which has its full size from the start, also any of its pages, with zeros between them),
// files that were created and renames that were made in a directory that was not synced since. A sync that
// failed never takes effect, even when a later one succeeds: the system may have dropped the dirty pages. Not
// modelled: deleted files that come back. Thread-safe.
class FaultyFileSystem : public rocksdb::FileSystemWrapper {
 public:
  FaultyFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

  const char* Name() const override { return "FaultyFileSystem"; }

  // From now on writes, or syncs, fail with `error` until Heal. A write that fails has written half of its
  // bytes.
  void FailWrites(rocksdb::IOStatus error) TSA_EXCLUDES(mutex_);
  void FailSyncs(rocksdb::IOStatus error) TSA_EXCLUDES(mutex_);
  void Heal() TSA_EXCLUDES(mutex_);

  // The power goes: nothing changes on disk any more. Then close the store and call PowerOn.
  void PowerOff() TSA_EXCLUDES(mutex_);
  // The same in the middle of something: before the change to the disk that comes after `changes` more.
  void PowerOffAfter(uint64_t changes) TSA_EXCLUDES(mutex_);
  bool off() const TSA_EXCLUDES(mutex_);
  // Takes away what was not synced. Every file must be closed.
  void PowerOn(std::mt19937_64& random) TSA_EXCLUDES(mutex_);

  // How many times something was appended to a file, with success or not.
  uint64_t appends() const TSA_EXCLUDES(mutex_);

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override TSA_EXCLUDES(mutex_);
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* result,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override TSA_EXCLUDES(mutex_);
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override
      TSA_EXCLUDES(mutex_);

 private:
  class File;
  class Directory;
  struct FileState {
    uint64_t appended = 0;
    uint64_t synced = 0;
    bool sync_failed = false;
  };
  struct Append {
    rocksdb::IOStatus status;
    size_t bytes = 0;  // how many of them reach the file
  };

  Append BeginAppend(const std::string& path, size_t bytes) TSA_EXCLUDES(mutex_);
  rocksdb::IOStatus BeginSync(const std::string& path) TSA_EXCLUDES(mutex_);
  void EndSync(const std::string& path, uint64_t appended_before) TSA_EXCLUDES(mutex_);
  uint64_t Appended(const std::string& path) TSA_EXCLUDES(mutex_);
  rocksdb::IOStatus SyncDirectory(const std::string& path) TSA_EXCLUDES(mutex_);
  // Counts a change to the disk. An error when the power is off, or goes off here.
  rocksdb::IOStatus BeginChange() TSA_REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::optional<uint64_t> changes_left_ TSA_GUARDED_BY(mutex_);
  bool off_ TSA_GUARDED_BY(mutex_) = false;
  uint64_t appends_ TSA_GUARDED_BY(mutex_) = 0;
  std::optional<rocksdb::IOStatus> write_error_ TSA_GUARDED_BY(mutex_);
  std::optional<rocksdb::IOStatus> sync_error_ TSA_GUARDED_BY(mutex_);
  // Files that this object made, by path, as long as they exist.
  std::map<std::string, FileState> files_ TSA_GUARDED_BY(mutex_);
  // What a path held before it was created or renamed over, until its directory is synced; nullopt: nothing.
  std::map<std::string, std::optional<std::string>> entries_before_ TSA_GUARDED_BY(mutex_);
};

}  // namespace replog::testing
