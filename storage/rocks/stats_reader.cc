#include "storage/rocks/stats_reader.h"

#include "storage/rocks/engine.h"

namespace replog {
namespace {

using Properties = rocksdb::DB::Properties;

uint64_t Property(const Engine& engine, rocksdb::ColumnFamilyHandle* family, const std::string& name) {
  uint64_t value = 0;
  engine.db()->GetIntProperty(family, name, &value);
  return value;
}

StoreStats::Family ReadFamily(const Engine& engine, rocksdb::ColumnFamilyHandle* family) {
  const auto read = [&](const std::string& name) { return Property(engine, family, name); };
  std::string level0;  // RocksDB has this one as text only
  engine.db()->GetProperty(family, Properties::kNumFilesAtLevelPrefix + "0", &level0);
  return {.name = family->GetName(),
          .level0_files = level0.empty() ? 0 : std::stoull(level0),
          .pending_compaction_bytes = read(Properties::kEstimatePendingCompactionBytes),
          .memtable_bytes = read(Properties::kCurSizeAllMemTables),
          .unflushed_memtables = read(Properties::kNumImmutableMemTable),
          .file_bytes = read(Properties::kLiveSstFilesSize),
          .table_reader_bytes = read(Properties::kEstimateTableReadersMem),
          .estimated_keys = read(Properties::kEstimateNumKeys)};
}

}  // namespace

StoreStats ReadCounters(const StoreCounters& counters) {
  const auto read = [&](uint32_t ticker) { return counters.rocks->getTickerCount(ticker); };
  StoreStats stats;
  stats.counts = {.block_cache_hits = read(rocksdb::BLOCK_CACHE_HIT),
                  .block_cache_misses = read(rocksdb::BLOCK_CACHE_MISS),
                  .filter_skips = read(rocksdb::BLOOM_FILTER_USEFUL),
                  .wal_syncs = read(rocksdb::WAL_FILE_SYNCED),
                  .wal_bytes = read(rocksdb::WAL_FILE_BYTES),
                  .stall_us = read(rocksdb::STALL_MICROS),
                  .compaction_read_bytes = read(rocksdb::COMPACT_READ_BYTES),
                  .compaction_written_bytes = read(rocksdb::COMPACT_WRITE_BYTES),
                  .flush_written_bytes = read(rocksdb::FLUSH_WRITE_BYTES)};
  stats.wal_sync_us = counters.wal_sync_us.Read();
  return stats;
}

void ReadEngine(const Engine& engine, StoreStats& stats) {
  for (auto* family : engine.families()) stats.families.push_back(ReadFamily(engine, family));
  // All families share one cache.
  const auto read = [&](const std::string& name) { return Property(engine, engine.chunks(), name); };
  stats.block_cache_capacity_bytes = read(Properties::kBlockCacheCapacity);
  stats.block_cache_bytes = read(Properties::kBlockCacheUsage);
  stats.block_cache_pinned_bytes = read(Properties::kBlockCachePinnedUsage);
  stats.running_compactions = read(Properties::kNumRunningCompactions);
  stats.running_flushes = read(Properties::kNumRunningFlushes);
  stats.background_errors = read(Properties::kBackgroundErrors);
  stats.writes_stopped = read(Properties::kIsWriteStopped) != 0;
  stats.delayed_write_rate = read(Properties::kActualDelayedWriteRate);
}

}  // namespace replog
