#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/histogram.h"

namespace replog {

// How a store is, for whoever watches the server. What counts, counts since the store was first opened by
// this process.
struct StoreStats {
  // One part of the schema, as the engine keeps it.
  struct Family {
    std::string name;
    uint64_t level0_files = 0;
    uint64_t pending_compaction_bytes = 0;  // to be rewritten before the tree has its shape
    uint64_t memtable_bytes = 0;
    uint64_t unflushed_memtables = 0;  // full, and not yet in a file
    uint64_t file_bytes = 0;           // of tables that are in use
    uint64_t table_reader_bytes = 0;   // memory, beside the block cache
    uint64_t estimated_keys = 0;
  };
  std::vector<Family> families;  // none while the store is being recovered

  uint64_t block_cache_capacity_bytes = 0;
  uint64_t block_cache_bytes = 0;
  uint64_t block_cache_pinned_bytes = 0;
  uint64_t running_compactions = 0;
  uint64_t running_flushes = 0;
  uint64_t background_errors = 0;
  bool writes_stopped = false;
  uint64_t delayed_write_rate = 0;  // bytes a second; 0: writes are not held back

  struct Counts {
    uint64_t block_cache_hits = 0;
    uint64_t block_cache_misses = 0;
    uint64_t filter_skips = 0;  // files that a filter spared a look
    uint64_t wal_syncs = 0;
    uint64_t wal_bytes = 0;
    uint64_t stall_us = 0;  // that writes were held back
    uint64_t compaction_read_bytes = 0;
    uint64_t compaction_written_bytes = 0;
    uint64_t flush_written_bytes = 0;
  };
  Counts counts;
  Histogram::Reading wal_sync_us;
};

}  // namespace replog
