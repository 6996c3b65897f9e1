#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rocksdb/wal_filter.h"

namespace replog {

// Calls the write-ahead log damaged at the first gap in RocksDB's sequence numbers: point-in-time recovery
// then ends there, or refuses a store of which some family is already ahead of it. RocksDB's own reader takes
// zeros for space that was set aside and goes on behind them. But files have their full size from the start
// (see wal_file_system.h), so when the power goes, a page that was not synced may be zeros and a later one
// not: what lies behind must not be taken for the log's continuation. For one recovery.
class ContiguousWal final : public rocksdb::WalFilter {
 public:
  const char* Name() const override { return "ContiguousWal"; }
  WalProcessingOption LogRecordFound(unsigned long long file_number,  // NOLINT(google-runtime-int): RocksDB's
                                     const std::string& file, const rocksdb::WriteBatch& batch,
                                     rocksdb::WriteBatch* changed_batch, bool* changed) override;

 private:
  std::optional<uint64_t> next_;
};

}  // namespace replog
