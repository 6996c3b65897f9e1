#include "storage/rocks/fork_store.h"

#include "storage/rocks/acked_floor.h"
#include "storage/rocks/catalog.h"
#include "storage/rocks/data_directory.h"
#include "storage/rocks/engine.h"

namespace replog {
namespace {

// Writes the fork. Returns RocksDB's sequence number behind it.
absl::StatusOr<uint64_t> WriteFork(const StoreOptions& options, Clock& clock, const std::string& path) {
  StoreOptions once = options;
  once.compact = false;
  auto engine = Engine::Open(once, path);
  if (!engine.ok()) return engine.status();
  Catalog catalog;
  rocksdb::WriteBatch batch;
  if (auto status = catalog.Load(**engine, batch); !status.ok()) return status;
  catalog.Fork(**engine, clock.WallMicros(), batch);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  if (const auto status = (*engine)->db()->Write(synced, &batch); !status.ok())
    return FromRocks(status, "write the fork");
  const uint64_t end = (*engine)->db()->GetLatestSequenceNumber();
  const auto flushed = (*engine)->db()->Flush(rocksdb::FlushOptions(), (*engine)->families());
  if (!flushed.ok()) return FromRocks(flushed, "write the fork");
  return end;
}

}  // namespace

absl::Status ForkStore(const StoreOptions& options, Clock& clock) {
  const auto directory = DataDirectory::Open(options.directory);
  if (!directory.ok()) return directory.status();
  const auto end = WriteFork(options, clock, (*directory)->db_path());
  if (!end.ok()) return end.status();
  {
    const auto floor = AckedFloor::Create((*directory)->floor_path());
    if (!floor.ok()) return floor.status();
    (*floor)->Raise(*end);
  }
  return (*directory)->Sync();
}

}  // namespace replog
