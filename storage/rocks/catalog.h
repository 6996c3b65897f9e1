#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "rocksdb/write_batch.h"
#include "storage/model/log_store.h"
#include "storage/rocks/engine.h"

namespace replog {

// The store's identity and its logs, as the meta family has them, and the batches that change them. Keeps a
// copy in memory, changed only by Load and by Apply*, which the caller calls once a batch is written. Not
// thread-safe.
class Catalog {
 public:
  // Reads everything, and makes an identity when the store is new (its write is put into `batch`).
  absl::Status Load(const Engine& engine, rocksdb::WriteBatch& batch);

  // Makes this a copy with a life of its own: a new storage id, and every log in a lineage of its own from
  // its end on; see NextLineage for `now_us`. Adds that to `batch`, and applies it.
  void Fork(const Engine& engine, int64_t now_us, rocksdb::WriteBatch& batch);

  // Adds the start of a new epoch of every log to `batch`, and applies it.
  void BeginEpochs(const Engine& engine, rocksdb::WriteBatch& batch);

  const std::map<LogNumber, StoredLog>& logs() const { return logs_; }
  StoredLog* Find(LogNumber log);
  const std::string& storage_id() const { return storage_id_; }
  LogNumber next_number() const { return next_number_; }

  void PutLog(const Engine& engine, const StoredLog& log, rocksdb::WriteBatch& batch) const;
  void PutIdentity(const Engine& engine, LogNumber next_number, rocksdb::WriteBatch& batch) const;
  void ApplyLog(const StoredLog& log) { logs_[log.descriptor.number] = log; }
  void ApplyNextNumber(LogNumber next_number) { next_number_ = next_number; }
  void ApplyDelete(LogNumber log) { logs_.erase(log); }

 private:
  absl::Status LoadIdentity(const Engine& engine, rocksdb::WriteBatch& batch);
  absl::Status LoadLogs(const Engine& engine);

  std::string storage_id_;
  LogNumber next_number_ = 1;
  std::map<LogNumber, StoredLog> logs_;
};

// A random UUID (version 4), as text.
std::string MakeUuid();

}  // namespace replog
