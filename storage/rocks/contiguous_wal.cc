#include "storage/rocks/contiguous_wal.h"

#include <cstring>

#include "rocksdb/write_batch.h"

namespace replog {

rocksdb::WalFilter::WalProcessingOption ContiguousWal::LogRecordFound(
    unsigned long long /*file_number*/,  // NOLINT(google-runtime-int): RocksDB's
    const std::string& /*file*/, const rocksdb::WriteBatch& batch, rocksdb::WriteBatch* /*changed_batch*/,
    bool* /*changed*/) {
  // A batch's header begins with the sequence number of its first change (write_batch.cc).
  uint64_t first = 0;
  std::memcpy(&first, batch.Data().data(), sizeof first);
  if (next_.has_value() && first != *next_) return WalProcessingOption::kCorruptedRecord;
  next_ = first + batch.Count();
  return WalProcessingOption::kContinueProcessing;
}

}  // namespace replog
