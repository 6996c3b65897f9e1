#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "storage/model/log_store.h"
#include "storage/rocks/acked_floor.h"
#include "storage/rocks/catalog.h"
#include "storage/rocks/data_directory.h"
#include "storage/rocks/engine.h"
#include "storage/rocks/options.h"

namespace replog {

// LogStore over RocksDB. One commit is one WriteBatch and, when asked for, one sync.
class RocksStore final : public LogStore {
 public:
  // Opens or makes the store. Fails without changing anything with STORE_LOCKED, WRONG_DIRECTORY,
  // FORMAT_TOO_NEW, BELOW_FLOOR (something acknowledged is missing) or CORRUPT_CHUNK.
  static absl::StatusOr<std::unique_ptr<RocksStore>> Open(const StoreOptions& options);
  // Opens a store that no server has open, without changing anything in it: the logs as they are, for reading
  // and Verify. Everything that writes fails.
  static absl::StatusOr<std::unique_ptr<RocksStore>> OpenReadOnly(const StoreOptions& options);
  // Flushes, so that the next start has nothing to recover.
  ~RocksStore() override;

  std::vector<StoredLog> Logs() override TSA_EXCLUDES(write_mutex_);
  absl::Status Commit(std::span<const LogCommit> commits, Durability durability) override
      TSA_EXCLUDES(write_mutex_);
  bool NeedsRecovery() override TSA_EXCLUDES(write_mutex_);
  absl::Status Recover() override TSA_EXCLUDES(write_mutex_);
  absl::StatusOr<ChunkRun> ReadForward(LogNumber log, Sequence from, Sequence until, size_t max_bytes,
                                       const ChannelFilter& filter) override;
  absl::StatusOr<ChunkRun> ReadBackward(LogNumber log, Sequence from, Sequence before, size_t max_bytes,
                                        const ChannelFilter& filter) override;
  absl::StatusOr<Sequence> FindChunk(LogNumber log, Sequence from, Sequence end,
                                     const HeaderPredicate& wanted) override;
  absl::StatusOr<ChunkAt> ChunkContaining(LogNumber log, Sequence sequence) override;
  absl::StatusOr<std::optional<std::string>> TableRecord(LogNumber log, std::string_view channel,
                                                         std::string_view key) override;
  absl::StatusOr<TableSlice> ReadTable(LogNumber log, const TableScan& scan) override;
  absl::StatusOr<std::unique_ptr<TableSnapshot>> SnapshotTable(LogNumber log) override;
  absl::StatusOr<ExpirySlice> Expiries(LogNumber log, const ExpiryScan& scan) override;
  absl::Status DropExpiries(LogNumber log, std::span<const Expiry> expiries) override
      TSA_EXCLUDES(write_mutex_);
  absl::StatusOr<std::vector<std::optional<IdEntry>>> FindIds(LogNumber log,
                                                              std::span<const std::string_view> ids) override;
  absl::StatusOr<ProducerState> FindProducer(LogNumber log, ProducerId producer) override;
  absl::StatusOr<std::optional<FencingToken>> FindFence(LogNumber log, std::string_view lease) override;
  absl::Status ForgetProducers(LogNumber log, std::span<const ProducerId> producers) override
      TSA_EXCLUDES(write_mutex_);
  absl::StatusOr<StoredLog> CreateLog(const std::string& name, const LogSettings& settings) override;
  absl::Status UpdateLog(const LogDescriptor& descriptor) override;
  absl::Status DeleteLog(LogNumber log) override;
  absl::Status Trim(LogNumber log, Sequence first_kept) override;
  absl::StatusOr<std::vector<ChannelCount>> Channels(LogNumber log, Sequence first_kept,
                                                     std::string_view prefix, std::string_view after,
                                                     size_t limit, bool with_counts) override;
  absl::Status Verify(LogNumber log, Sequence first, Sequence end,
                      const std::function<bool(const VerifyProgress&)>& report) override;
  absl::StatusOr<std::unique_ptr<StoreBackup>> BeginBackup() override;
  uint64_t FreeBytes() override;
  StoreStats Stats() override;

 private:
  class Snapshot;

  RocksStore(const StoreOptions& options, std::unique_ptr<DataDirectory> directory);

  // Opens the engine and begins new epochs; without compaction when that meets damage.
  absl::Status StartOrStartWithoutCompaction() TSA_REQUIRES(write_mutex_);
  // Opens the engine and begins new epochs.
  absl::Status Start() TSA_REQUIRES(write_mutex_);
  absl::Status CheckFloor();
  // Opens the engine for reading, if Recover could not open it.
  void KeepReading() TSA_REQUIRES(write_mutex_);
  static absl::StatusOr<std::unique_ptr<RocksStore>> OpenDirectory(const StoreOptions& options);
  // Writes a batch; after a failure nothing more is written until Recover.
  absl::Status Write(rocksdb::WriteBatch& batch, bool sync) TSA_REQUIRES(write_mutex_);
  // The first sequence of the chunk that holds the log's first kept record.
  static Sequence FirstChunkKept(const Engine& engine, const StoredLog& log);
  // Tells the compaction filters what nobody will ask for any more.
  void RaiseTrimPoint(const Engine& engine, const StoredLog& log);
  void SetIdHorizon(const StoredLog& log);
  // Gives back the space of a log's chunks before `keep_from`, which are deleted.
  void FreeChunks(LogNumber log, Sequence keep_from);
  absl::Status WriteLog(const StoredLog& log) TSA_REQUIRES(write_mutex_);
  // Held by every read, so that Recover can close the engine under nobody.
  template <typename Read>
  auto WithEngine(const Read& read);

  const StoreOptions options_;
  const std::unique_ptr<DataDirectory> directory_;
  std::unique_ptr<AckedFloor> floor_;

  // Lock order: write_mutex_, then engine_mutex_.
  Mutex write_mutex_;
  Catalog catalog_ TSA_GUARDED_BY(write_mutex_);
  // What the engine is opened with; false once compaction has met damage.
  bool compact_ TSA_GUARDED_BY(write_mutex_);
  // Why nothing may be written; OK when it may.
  absl::Status failed_ TSA_GUARDED_BY(write_mutex_);

  // Recover waits for the readers to leave.
  std::atomic<bool> closing_{false};
  SharedMutex engine_mutex_;
  // Null only while Recover could not open it, not even for reading.
  std::unique_ptr<Engine> engine_ TSA_GUARDED_BY(engine_mutex_);
};

}  // namespace replog
