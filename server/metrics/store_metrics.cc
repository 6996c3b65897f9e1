#include "server/metrics/store_metrics.h"

#include "server/metrics/scrape.h"
#include "server/metrics/server_metrics.h"

namespace replog {
namespace {

constexpr MetricRow<StoreStats::Family> kFamilyRows[] = {
    {{"replog_rocksdb_level0_files", MetricType::Gauge, "family",
      "Files of level 0; at 20 writes are slowed down, at 36 they stop."},
     [](const StoreStats::Family& family) { return double(family.level0_files); }},
    {{"replog_rocksdb_pending_compaction_bytes", MetricType::Gauge, "family",
      "Bytes that compaction has to rewrite before the tree has its shape."},
     [](const StoreStats::Family& family) { return double(family.pending_compaction_bytes); }},
    {{"replog_rocksdb_memtable_bytes", MetricType::Gauge, "family",
      "Memory of what is not yet in a table file."},
     [](const StoreStats::Family& family) { return double(family.memtable_bytes); }},
    {{"replog_rocksdb_unflushed_memtables", MetricType::Gauge, "family",
      "Memtables that are full and wait to be written to a file."},
     [](const StoreStats::Family& family) { return double(family.unflushed_memtables); }},
    {{"replog_rocksdb_table_file_bytes", MetricType::Gauge, "family", "Table files that are in use."},
     [](const StoreStats::Family& family) { return double(family.file_bytes); }},
    {{"replog_rocksdb_table_reader_bytes", MetricType::Gauge, "family",
      "Memory of open table files beside the block cache."},
     [](const StoreStats::Family& family) { return double(family.table_reader_bytes); }},
    {{"replog_rocksdb_estimated_keys", MetricType::Gauge, "family", "About how many keys it has."},
     [](const StoreStats::Family& family) { return double(family.estimated_keys); }},
};

constexpr MetricRow<StoreStats> kRows[] = {
    {{"replog_rocksdb_block_cache_capacity_bytes", MetricType::Gauge, "", "The block cache's bound."},
     [](const StoreStats& stats) { return double(stats.block_cache_capacity_bytes); }},
    {{"replog_rocksdb_block_cache_pinned_bytes", MetricType::Gauge, "",
      "The part of the block cache that cannot be given up now, indexes of level 0 among it."},
     [](const StoreStats& stats) { return double(stats.block_cache_pinned_bytes); }},
    {{"replog_rocksdb_block_cache_hits_total", MetricType::Counter, "", "Blocks that the cache had."},
     [](const StoreStats& stats) { return double(stats.counts.block_cache_hits); }},
    {{"replog_rocksdb_block_cache_misses_total", MetricType::Counter, "", "Blocks that had to be read."},
     [](const StoreStats& stats) { return double(stats.counts.block_cache_misses); }},
    {{"replog_rocksdb_filter_skips_total", MetricType::Counter, "",
      "Files that a Bloom filter spared a look."},
     [](const StoreStats& stats) { return double(stats.counts.filter_skips); }},
    {{"replog_rocksdb_wal_syncs_total", MetricType::Counter, "", "Syncs of the write-ahead log."},
     [](const StoreStats& stats) { return double(stats.counts.wal_syncs); }},
    {{"replog_rocksdb_wal_written_bytes_total", MetricType::Counter, "",
      "Bytes written to the write-ahead log."},
     [](const StoreStats& stats) { return double(stats.counts.wal_bytes); }},
    {{"replog_rocksdb_stall_seconds_total", MetricType::Counter, "",
      "Time for which writes were held back because flushes or compactions do not keep up."},
     [](const StoreStats& stats) { return double(stats.counts.stall_us) / kMicrosPerSecond; }},
    {{"replog_rocksdb_writes_stopped", MetricType::Gauge, "", "Whether writes stand still now."},
     [](const StoreStats& stats) { return stats.writes_stopped ? 1.0 : 0.0; }},
    {{"replog_rocksdb_delayed_write_bytes_per_second", MetricType::Gauge, "",
      "The rate that writes are held back to; 0: they are not."},
     [](const StoreStats& stats) { return double(stats.delayed_write_rate); }},
    {{"replog_rocksdb_running_compactions", MetricType::Gauge, "", "Compactions that run now."},
     [](const StoreStats& stats) { return double(stats.running_compactions); }},
    {{"replog_rocksdb_running_flushes", MetricType::Gauge, "", "Flushes that run now."},
     [](const StoreStats& stats) { return double(stats.running_flushes); }},
    {{"replog_rocksdb_compaction_read_bytes_total", MetricType::Counter, "", "Bytes that compactions read."},
     [](const StoreStats& stats) { return double(stats.counts.compaction_read_bytes); }},
    {{"replog_rocksdb_compaction_written_bytes_total", MetricType::Counter, "",
      "Bytes that compactions wrote."},
     [](const StoreStats& stats) { return double(stats.counts.compaction_written_bytes); }},
    {{"replog_rocksdb_flush_written_bytes_total", MetricType::Counter, "", "Bytes that flushes wrote."},
     [](const StoreStats& stats) { return double(stats.counts.flush_written_bytes); }},
    {{"replog_rocksdb_background_errors", MetricType::Gauge, "",
      "Errors of flushes and compactions since the store was opened."},
     [](const StoreStats& stats) { return double(stats.background_errors); }},
};

constexpr Metric kWalSync{"replog_wal_sync_duration_seconds", MetricType::Histogram, "",
                          "How long syncs of the write-ahead log took: what the disk adds to an append."};

}  // namespace

std::vector<Metric> StoreMetrics::Metrics() const {
  std::vector<Metric> metrics{kWalSync, kMemory};
  AppendMetrics(kRows, metrics);
  AppendMetrics(kFamilyRows, metrics);
  return metrics;
}

void StoreMetrics::Collect(Scrape& scrape) const {
  const StoreStats stats = store_.Stats();
  scrape.Add(kWalSync, stats.wal_sync_us, kMicrosPerSecond);
  AddRows(kRows, stats, scrape);
  uint64_t memtables = 0;
  uint64_t table_readers = 0;
  for (const StoreStats::Family& family : stats.families) {
    AddRows(kFamilyRows, family, scrape, {family.name});
    memtables += family.memtable_bytes;
    table_readers += family.table_reader_bytes;
  }
  scrape.Add(kMemory, double(stats.block_cache_bytes), {"block_cache"});
  scrape.Add(kMemory, double(memtables), {"memtables"});
  scrape.Add(kMemory, double(table_readers), {"table_readers"});
}

}  // namespace replog
