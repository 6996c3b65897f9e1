#pragma once

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "storage/model/log_store.h"
#include "storage/rocks/engine.h"

namespace replog {

// Reads of the tables in an open engine; see LogStore for what each promises. Stateless, thread-safe.
class TableReader {
 public:
  // Of `snapshot`, or as it is.
  explicit TableReader(const Engine& engine, const rocksdb::Snapshot* snapshot = nullptr)
      : engine_(engine), snapshot_(snapshot) {}

  absl::StatusOr<std::optional<std::string>> Record(LogNumber log, std::string_view channel,
                                                    std::string_view key) const;
  absl::StatusOr<TableSlice> Slice(LogNumber log, const TableScan& scan) const;

 private:
  const Engine& engine_;
  const rocksdb::Snapshot* const snapshot_;
};

// Puts what `chunk` changes in its log's table, and which of its records expire, into `batch`.
absl::Status PutTable(const Engine& engine, LogNumber log, const Chunk& chunk, rocksdb::WriteBatch& batch);

}  // namespace replog
