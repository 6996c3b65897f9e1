#include "storage/rocks/options.h"

#include "rocksdb/cache.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/listener.h"
#include "rocksdb/table.h"
#include "storage/schema/families.h"

namespace replog {
namespace {

// For a full disk RocksDB resumes by itself whatever max_bgerror_resume_count says: it flushes what it has in
// memory and begins a new log file behind our back.
class NeverResume final : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* resume) override {
    *resume = false;
  }
};

rocksdb::BlockBasedTableOptions MakeBlockOptions(const std::shared_ptr<rocksdb::Cache>& cache,
                                                 size_t block_bytes) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  // Index blocks are charged to the cache too, so that the setting bounds all of it.
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.block_size = block_bytes;
  table.format_version = 5;
  return table;
}

rocksdb::ColumnFamilyOptions MakeFamilyOptions(const std::shared_ptr<rocksdb::Cache>& cache,
                                               size_t memtable_bytes, bool compact) {
  auto table = MakeBlockOptions(cache, 32 << 10);
  rocksdb::ColumnFamilyOptions family;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  family.write_buffer_size = memtable_bytes;
  family.level_compaction_dynamic_level_bytes = false;
  family.disable_auto_compactions = !compact;
  // A flush holds up appends, so it does not compress; what has left level 0 is cold.
  family.compression_per_level = {rocksdb::kNoCompression, rocksdb::kZSTD};
  family.compression_opts.level = 3;
  return family;
}

// Chunks arrive in key order for each log, so files hardly overlap: each is rewritten once, compressed, when
// it leaves level 0, and then moves down as it is.
rocksdb::ColumnFamilyOptions MakeChunksOptions(const std::shared_ptr<rocksdb::Cache>& cache,
                                               size_t memtable_bytes, bool compact) {
  auto family = MakeFamilyOptions(cache, memtable_bytes, compact);
  family.max_write_buffer_number = 3;
  family.target_file_size_base = 64 << 20;
  family.max_bytes_for_level_base = 512 << 20;
  return family;
}

// Read by key, mostly for keys that are there, and rewritten again and again.
rocksdb::ColumnFamilyOptions MakeTableOptions(const std::shared_ptr<rocksdb::Cache>& cache,
                                              size_t memtable_bytes, bool compact) {
  auto family = MakeFamilyOptions(cache, memtable_bytes, compact);
  auto table = MakeBlockOptions(cache, 16 << 10);
  // An expectation that a key does not exist should not read a file.
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  // Every new copy of a table reads all of it, and live keys are few beside history: so what is read fastest,
  // not what is smallest.
  family.compression_per_level = {rocksdb::kNoCompression, rocksdb::kLZ4Compression};
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return family;
}

}  // namespace

rocksdb::DBOptions MakeDbOptions(const StoreOptions& options) {
  rocksdb::DBOptions db;
  db.env = options.env;
  db.statistics = options.counters->rocks;
  db.create_if_missing = true;
  db.create_missing_column_families = true;
  db.paranoid_checks = true;
  // Ends at the first damage, like a restart after a power cut should; that nothing acknowledged is behind it
  // is what the acked floor checks.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  // An older log file that is missing, or a manifest that was cut short, is refused and not passed over.
  db.track_and_verify_wals_in_manifest = true;
  // After a failed write the store is opened again by us, with the same recovery as at a start (see
  // RocksStore::Recover); RocksDB's own resume would go on in a log file whose state nobody knows.
  db.max_bgerror_resume_count = 0;
  db.listeners.push_back(std::make_shared<NeverResume>());
  // Families that are rarely written would otherwise hold every log file back.
  db.max_total_wal_size = 4 * options.memtable_bytes;
  db.max_background_jobs = 2;
  // Lets the disk write new files as they grow; one large sync at their end would hold up the syncs of
  // appends.
  db.bytes_per_sync = 1 << 20;
  db.max_open_files = 512;
  db.skip_stats_update_on_db_open = true;
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  db.keep_log_file_num = 4;
  db.max_log_file_size = 4 << 20;
  db.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  // One thread writes; spinning for another to take over costs and gains nothing.
  db.enable_write_thread_adaptive_yield = false;
  return db;
}

std::vector<rocksdb::ColumnFamilyDescriptor> MakeFamilies(const StoreOptions& options) {
  const auto cache = rocksdb::NewLRUCache(options.cache_bytes);
  const size_t small = std::max<size_t>(options.memtable_bytes / 8, 1 << 20);
  auto channels = MakeFamilyOptions(cache, small, options.compact);
  channels.compaction_filter_factory = MakeIndexFilter(options.trim_points);
  // Keys come in no order: in a smaller memtable each finds its place in fewer steps, and more of them in the
  // processor's cache. As many bytes as otherwise gather before they are merged.
  auto table =
      MakeTableOptions(cache, std::max<size_t>(options.memtable_bytes / 4, 1 << 20), options.compact);
  table.max_write_buffer_number = 4;
  table.level0_file_num_compaction_trigger = 8;
  table.compaction_filter_factory = MakeTombstoneFilter(options.trim_points);
  // Most ids asked for are new, so they are filtered like keys.
  auto ids = MakeTableOptions(cache, small, options.compact);
  ids.compaction_filter_factory = MakeIdFilter(options.id_horizons);
  return {
      {rocksdb::kDefaultColumnFamilyName, MakeFamilyOptions(cache, 1 << 20, options.compact)},
      {schema::kChunks, MakeChunksOptions(cache, options.memtable_bytes, options.compact)},
      {schema::kChannels, channels},
      {schema::kMeta, MakeFamilyOptions(cache, 1 << 20, options.compact)},
      {schema::kTable, table},
      {schema::kIds, ids},
      {schema::kProducers, MakeTableOptions(cache, small, options.compact)},
      {schema::kExpiries, MakeFamilyOptions(cache, small, options.compact)},
      {schema::kFences, MakeFamilyOptions(cache, 1 << 20, options.compact)},
  };
}

}  // namespace replog
