#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "storage/model/log_store.h"

namespace replog::testing {

// A LogStore in memory, which fails and blocks as a test tells it to. Chunks are read back as a real store
// reads them: decoded from their bytes, their channels not known. Thread-safe.
class FakeStore final : public LogStore {
 public:
  // Makes a log; the default one when it has no name.
  StoredLog MakeLog(const std::string& name = "default", const LogSettings& settings = {});

  // What happens to the commits that follow.
  enum class CommitFate { kWritten, kFailed, kFailedThoughWritten };
  void SetCommitFate(CommitFate fate) TSA_EXCLUDES(mutex_);
  // While true, Recover fails.
  void SetRecoverFails(bool fails) TSA_EXCLUDES(mutex_);
  void SetFreeBytes(uint64_t bytes) TSA_EXCLUDES(mutex_);
  // Commits, or reads, begun from now on wait until they are let go.
  void HoldCommits(bool hold) TSA_EXCLUDES(mutex_);
  void HoldReads(bool hold) TSA_EXCLUDES(mutex_);
  // Called at the beginning of every read, without the store's lock.
  void OnRead(std::function<void()> call) TSA_EXCLUDES(mutex_);
  // Called for every TableRecord, and for every ReadTable with no key; they fail with its error.
  void OnTableRead(std::function<absl::Status(std::string_view key)> call) TSA_EXCLUDES(mutex_);
  // Called for every FindIds, which fails with its error.
  void OnIdRead(std::function<absl::Status()> call) TSA_EXCLUDES(mutex_);
  // What Verify does.
  using Report = std::function<bool(const VerifyProgress&)>;
  void OnVerify(std::function<absl::Status(const Report&)> call) TSA_EXCLUDES(mutex_);
  // Waits until so many commits or reads are being held.
  void AwaitHeldCommits(int count) TSA_EXCLUDES(mutex_);
  void AwaitHeldReads(int count) TSA_EXCLUDES(mutex_);
  void AwaitRecoveryTries(int count) TSA_EXCLUDES(mutex_);

  int commits() const TSA_EXCLUDES(mutex_);
  int reads() const TSA_EXCLUDES(mutex_);
  int chunks_read() const TSA_EXCLUDES(mutex_);
  std::vector<Durability> durabilities() const TSA_EXCLUDES(mutex_);
  // How many logs each commit was of.
  std::vector<size_t> commit_sizes() const TSA_EXCLUDES(mutex_);

  std::vector<StoredLog> Logs() override TSA_EXCLUDES(mutex_);
  absl::Status Commit(std::span<const LogCommit> commits, Durability durability) override
      TSA_EXCLUDES(mutex_);
  absl::Status Recover() override TSA_EXCLUDES(mutex_);
  absl::StatusOr<ChunkRun> ReadForward(LogNumber log, Sequence from, Sequence until, size_t max_bytes,
                                       const ChannelFilter& filter) override TSA_EXCLUDES(mutex_);
  absl::StatusOr<ChunkRun> ReadBackward(LogNumber log, Sequence from, Sequence before, size_t max_bytes,
                                        const ChannelFilter& filter) override TSA_EXCLUDES(mutex_);
  absl::StatusOr<Sequence> FindChunk(LogNumber log, Sequence from, Sequence end,
                                     const HeaderPredicate& wanted) override TSA_EXCLUDES(mutex_);
  absl::StatusOr<ChunkAt> ChunkContaining(LogNumber log, Sequence sequence) override TSA_EXCLUDES(mutex_);
  absl::StatusOr<std::optional<std::string>> TableRecord(LogNumber log, std::string_view channel,
                                                         std::string_view key) override TSA_EXCLUDES(mutex_);
  absl::StatusOr<TableSlice> ReadTable(LogNumber log, const TableScan& scan) override TSA_EXCLUDES(mutex_);
  absl::StatusOr<std::unique_ptr<TableSnapshot>> SnapshotTable(LogNumber log) override TSA_EXCLUDES(mutex_);
  absl::StatusOr<ExpirySlice> Expiries(LogNumber log, const ExpiryScan& scan) override TSA_EXCLUDES(mutex_);
  absl::Status DropExpiries(LogNumber log, std::span<const Expiry> expiries) override TSA_EXCLUDES(mutex_);
  absl::StatusOr<std::vector<std::optional<IdEntry>>> FindIds(LogNumber log,
                                                              std::span<const std::string_view> ids) override
      TSA_EXCLUDES(mutex_);
  absl::StatusOr<ProducerState> FindProducer(LogNumber log, ProducerId producer) override
      TSA_EXCLUDES(mutex_);
  absl::StatusOr<std::optional<FencingToken>> FindFence(LogNumber log, std::string_view lease) override
      TSA_EXCLUDES(mutex_);
  absl::Status ForgetProducers(LogNumber log, std::span<const ProducerId> producers) override
      TSA_EXCLUDES(mutex_);
  absl::StatusOr<StoredLog> CreateLog(const std::string& name, const LogSettings& settings) override
      TSA_EXCLUDES(mutex_);
  bool NeedsRecovery() override TSA_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return failed_;
  }
  absl::Status UpdateLog(const LogDescriptor& descriptor) override TSA_EXCLUDES(mutex_);
  absl::Status DeleteLog(LogNumber log) override TSA_EXCLUDES(mutex_);
  absl::Status Trim(LogNumber log, Sequence first_kept) override TSA_EXCLUDES(mutex_);
  absl::StatusOr<std::vector<ChannelCount>> Channels(LogNumber log, Sequence first_kept,
                                                     std::string_view prefix, std::string_view after,
                                                     size_t limit, bool with_counts) override;
  absl::Status Verify(LogNumber log, Sequence first, Sequence end, const Report& report) override
      TSA_EXCLUDES(mutex_);
  absl::StatusOr<std::unique_ptr<StoreBackup>> BeginBackup() override;
  uint64_t FreeBytes() override TSA_EXCLUDES(mutex_);

 private:
  using Table = std::map<std::pair<std::string, std::string>, std::string>;  // by channel and key
  class Snapshot;
  static TableSlice SliceOf(const Table& table, const TableScan& scan);
  struct StoredChunks {
    StoredLog log;
    std::map<Sequence, ChunkPtr> chunks;  // by first sequence
    Table table;
    std::map<ExpiryPlace, Sequence> expiries;
    std::map<std::string, IdEntry, std::less<>> ids;
    std::map<ProducerId, ProducerState> producers;
    std::map<std::string, FencingToken> fences;
  };
  // One gate that calls wait at while it is shut.
  struct Gate {
    bool shut = false;
    int held = 0;
  };

  void Write(std::span<const LogCommit> commits) TSA_REQUIRES(mutex_);
  void Pass(Gate& gate) TSA_REQUIRES(mutex_);
  void BeginRead() TSA_EXCLUDES(mutex_);
  // The chunk as a store gives it back.
  absl::StatusOr<ChunkPtr> Load(LogNumber log, const ChunkPtr& chunk) TSA_REQUIRES(mutex_);

  mutable Mutex mutex_;
  CondVar changed_;
  std::map<LogNumber, StoredChunks> logs_ TSA_GUARDED_BY(mutex_);
  LogNumber next_number_ TSA_GUARDED_BY(mutex_) = 1;
  CommitFate fate_ TSA_GUARDED_BY(mutex_) = CommitFate::kWritten;
  bool failed_ TSA_GUARDED_BY(mutex_) = false;
  bool recover_fails_ TSA_GUARDED_BY(mutex_) = false;
  uint64_t free_bytes_ TSA_GUARDED_BY(mutex_) = UINT64_MAX;
  Gate commit_gate_ TSA_GUARDED_BY(mutex_);
  Gate read_gate_ TSA_GUARDED_BY(mutex_);
  std::function<void()> on_read_ TSA_GUARDED_BY(mutex_);
  std::function<absl::Status(std::string_view)> on_table_read_ TSA_GUARDED_BY(mutex_);
  std::function<absl::Status()> on_id_read_ TSA_GUARDED_BY(mutex_);
  std::function<absl::Status(const Report&)> on_verify_ TSA_GUARDED_BY(mutex_);
  int recovery_tries_ TSA_GUARDED_BY(mutex_) = 0;
  int reads_ TSA_GUARDED_BY(mutex_) = 0;
  int chunks_read_ TSA_GUARDED_BY(mutex_) = 0;
  std::vector<Durability> durabilities_ TSA_GUARDED_BY(mutex_);
  std::vector<size_t> commit_sizes_ TSA_GUARDED_BY(mutex_);
};

}  // namespace replog::testing
