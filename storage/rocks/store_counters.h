#pragma once

#include <memory>

#include "base/histogram.h"
#include "rocksdb/statistics.h"

namespace replog {

// What an engine counts. Belongs to the store, so that it goes on when the engine is opened again.
// Thread-safe.
struct StoreCounters {
  StoreCounters() : rocks(rocksdb::CreateDBStatistics()) {
    // Tickers alone: RocksDB's timers would cost two looks at the clock for each read.
    rocks->set_stats_level(rocksdb::StatsLevel::kExceptHistogramOrTimers);
  }
  const std::shared_ptr<rocksdb::Statistics> rocks;
  Histogram wal_sync_us{kLatencyBoundsUs};
};

}  // namespace replog
