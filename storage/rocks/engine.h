#pragma once

#include <array>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "rocksdb/db.h"
#include "storage/rocks/contiguous_wal.h"
#include "storage/rocks/options.h"
#include "storage/schema/families.h"

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
  rocksdb::ColumnFamilyHandle* chunks() const { return Of(schema::Family::kChunks); }
  rocksdb::ColumnFamilyHandle* channels() const { return Of(schema::Family::kChannels); }
  rocksdb::ColumnFamilyHandle* meta() const { return Of(schema::Family::kMeta); }
  rocksdb::ColumnFamilyHandle* table() const { return Of(schema::Family::kTable); }
  rocksdb::ColumnFamilyHandle* ids() const { return Of(schema::Family::kIds); }
  rocksdb::ColumnFamilyHandle* producers() const { return Of(schema::Family::kProducers); }
  rocksdb::ColumnFamilyHandle* expiries() const { return Of(schema::Family::kExpiries); }
  rocksdb::ColumnFamilyHandle* fences() const { return Of(schema::Family::kFences); }
  // Null when the store has no such family: it is of an older version and open for reading.
  rocksdb::ColumnFamilyHandle* Of(schema::Family family) const {
    return families_[static_cast<size_t>(family)];
  }
  // All that there are.
  std::vector<rocksdb::ColumnFamilyHandle*> families() const;

  // A view of this moment, until it is released or the engine closed.
  const rocksdb::Snapshot* TakeSnapshot() const TSA_EXCLUDES(mutex_);
  void ReleaseSnapshot(const rocksdb::Snapshot* snapshot) const TSA_EXCLUDES(mutex_);
  // No other engine of the process has it.
  uint64_t id() const { return id_; }

 private:
  Engine();
  void SortHandles();
  rocksdb::DBOptions DbOptions(const StoreOptions& options);

  ContiguousWal wal_check_;
  std::unique_ptr<rocksdb::Env> env_;  // of a store that is written to; outlives db_
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  std::array<rocksdb::ColumnFamilyHandle*, schema::kFamilies.size()> families_{};
  const uint64_t id_;
  mutable Mutex mutex_;
  // RocksDB does not close while there are some.
  mutable std::set<const rocksdb::Snapshot*> snapshots_ TSA_GUARDED_BY(mutex_);
};

// A RocksDB error in our words; `doing` completes "cannot …". Corruption is DATA_LOSS, all else STORE_FAILED.
absl::Status FromRocks(const rocksdb::Status& status, const std::string& doing);

}  // namespace replog
