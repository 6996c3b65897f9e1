#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "rocksdb/db.h"
#include "storage/rocks/id_filter.h"
#include "storage/rocks/store_counters.h"
#include "storage/rocks/trim_filter.h"

namespace replog {

struct StoreOptions {
  // Holds everything of one server. Made when it does not exist but its parent does.
  std::string directory;
  // The block cache: data, index and filter blocks. At least 1 MiB.
  size_t cache_bytes = 64 << 20;
  // Each memtable; there are up to three of chunks. Bounds the work of a restart too. At least 1 MiB.
  size_t memtable_bytes = 64 << 20;
  // Off for a store with a damaged block: a compaction that meets it would stop all writes, again and again.
  bool compact = true;
  // RocksDB's view of the world; tests give their own. Must outlive the store.
  rocksdb::Env* env = rocksdb::Env::Default();
  // What compaction may drop from the channel index; the store sets it.
  std::shared_ptr<TrimPoints> trim_points = std::make_shared<TrimPoints>();
  // The same for ids.
  std::shared_ptr<IdHorizons> id_horizons = std::make_shared<IdHorizons>();
  std::shared_ptr<StoreCounters> counters = std::make_shared<StoreCounters>();
};

// How RocksDB is set up, and why, for each part of the schema.
rocksdb::DBOptions MakeDbOptions(const StoreOptions& options);
std::vector<rocksdb::ColumnFamilyDescriptor> MakeFamilies(const StoreOptions& options);

}  // namespace replog
