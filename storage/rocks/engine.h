#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "rocksdb/db.h"
#include "storage/rocks/contiguous_wal.h"
#include "storage/rocks/options.h"

namespace replog {

// An open RocksDB with replog's families. Closes it when destroyed. Thread-safe as RocksDB is.
class Engine {
 public:
  // Opens and recovers; what recovery found is synced before this returns (RocksDB writes it to new files),
  // so that nothing is shown that a second crash could take back.
  static absl::StatusOr<std::unique_ptr<Engine>> Open(const StoreOptions& options, const std::string& path);
  // Opens without changing anything on disk, for a store that may be damaged.
  static absl::StatusOr<std::unique_ptr<Engine>> OpenReadOnly(const StoreOptions& options,
                                                              const std::string& path);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  rocksdb::DB* db() const { return db_.get(); }
  rocksdb::ColumnFamilyHandle* chunks() const { return handles_[1]; }
  rocksdb::ColumnFamilyHandle* channels() const { return handles_[2]; }
  rocksdb::ColumnFamilyHandle* meta() const { return handles_[3]; }
  // Only when it has one: a store of version 1 that is open for reading has not.
  rocksdb::ColumnFamilyHandle* table() const { return handles_[4]; }
  bool HasTable() const;

 private:
  Engine() = default;
  rocksdb::DBOptions DbOptions(const StoreOptions& options);

  ContiguousWal wal_check_;
  std::unique_ptr<rocksdb::Env> env_;  // of a store that is written to; outlives db_
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

// A RocksDB error in our words; `doing` completes "cannot …". Corruption is DATA_LOSS, all else STORE_FAILED.
absl::Status FromRocks(const rocksdb::Status& status, const std::string& doing);

}  // namespace replog
