#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/model/channel_filter.h"
#include "storage/model/chunk.h"
#include "storage/model/dedupe.h"
#include "storage/model/epoch_table.h"
#include "storage/model/expiry.h"
#include "storage/model/lease_token.h"
#include "storage/model/producer_state.h"
#include "storage/model/store_stats.h"
#include "storage/model/table.h"

namespace replog {

// Whether a commit is on disk, or only with the operating system, when it returns.
enum class Durability : uint8_t { kSync, kOs };

struct LogSettings {
  Durability durability = Durability::kSync;
  int64_t retention_age_us = 0;    // 0: no bound
  uint64_t retention_bytes = 0;    // 0: no bound
  uint64_t retention_records = 0;  // 0: no bound
  int64_t dedupe_window_us = kDefaultDedupeWindowUs;

  bool operator==(const LogSettings&) const = default;
};

// What a log is, apart from its records.
struct LogDescriptor {
  LogNumber number = 0;
  std::string name;
  std::string uuid;
  uint64_t lineage = 0;
  int64_t created_us = 0;
  LogSettings settings;
};

// A log as the store holds it when it is opened.
struct StoredLog {
  LogDescriptor descriptor;
  EpochTable epochs;
  Sequence first_kept = 0;
  Sequence end = 0;
  int64_t last_time_us = 0;       // of the newest record ever; 0 before the first
  uint64_t bytes_before_end = 0;  // see Chunk::Header::bytes_before
};

// What a commit makes of a producer: what it was, and its batches among the chunks.
struct ProducerUpdate {
  ProducerId id = 0;
  ProducerState state;
};

// What one log gets in a commit: its new chunks, in order, and what follows from them and what the store had
// before. What follows from a chunk alone the store finds for itself.
struct LogCommit {
  LogNumber log = 0;
  std::vector<ChunkPtr> chunks;
  std::vector<ProducerUpdate> producers = {};
  // The highest tokens of leases that the log has seen, where the commit raises them.
  std::vector<LeaseToken> fences = {};
};

// Whole chunks that hold what was asked for, in the order of reading.
struct ChunkRun {
  std::vector<ChunkPtr> chunks;
  // Forward: every matching record in [from, next) is in `chunks`. Backward: in [next, before).
  Sequence next = 0;
};

struct VerifyProblem {
  Sequence first = 0;
  Sequence end = 0;
  std::string description;
  std::string channel;  // which the end of the description is to name; empty: none
};

struct VerifyProgress {
  uint64_t chunks = 0;
  uint64_t records = 0;
  uint64_t bytes = 0;
  uint64_t problem_count = 0;
  std::vector<VerifyProblem> problems;  // the first 100
  Sequence first = 0;                   // what was asked to be checked
  Sequence end = 0;
  bool done = false;
};

// A log's table as it stood at one moment. Thread-safe; must not outlive its store.
class TableSnapshot {
 public:
  virtual ~TableSnapshot() = default;
  // STORE_RECOVERING once the store was recovered: the moment is gone then.
  virtual absl::StatusOr<TableSlice> Read(const TableScan& scan) = 0;
};

class StoreBackup;

// The disk, as the server's core sees it. Thread-safe. Every call may block on the disk.
class LogStore {
 public:
  virtual ~LogStore() = default;

  // Every log, as it is now. Each has a new epoch since the store was opened or recovered.
  virtual std::vector<StoredLog> Logs() = 0;

  // Writes the chunks of all logs and what is derived from them, atomically. After an error the fate of the
  // commit is unknown and every further Commit fails until Recover succeeded.
  virtual absl::Status Commit(std::span<const LogCommit> commits, Durability durability) = 0;

  // Whether a write failed, so that Recover is what comes next.
  virtual bool NeedsRecovery() { return false; }

  // Opens the store again with the same recovery as at a start, new epochs included. What Logs() says may
  // differ.
  virtual absl::Status Recover() = 0;

  // Reads forward from `from`, up to but not including `until`, at least one chunk if there is one that
  // matches, and no more chunks once `max_bytes` are reached. The first chunk may begin before `from` and the
  // last end after `until`. With a filter, chunks without a matching channel are not read. Fails with
  // CORRUPT_CHUNK.
  virtual absl::StatusOr<ChunkRun> ReadForward(LogNumber log, Sequence from, Sequence until, size_t max_bytes,
                                               const ChannelFilter& filter) = 0;
  // Reads backward from `before`, down to `from`: the chunk nearest to `before` comes first.
  virtual absl::StatusOr<ChunkRun> ReadBackward(LogNumber log, Sequence from, Sequence before,
                                                size_t max_bytes, const ChannelFilter& filter) = 0;

  // The first chunk of [from, end) for which `wanted` is true, given that it is true for all that follow; its
  // first sequence, or `end` when there is none. `wanted` sees headers only.
  using HeaderPredicate = std::function<bool(Sequence first, const Chunk::Header&)>;
  virtual absl::StatusOr<Sequence> FindChunk(LogNumber log, Sequence from, Sequence end,
                                             const HeaderPredicate& wanted) = 0;
  // The header of the chunk that holds `sequence`, and its first sequence.
  struct ChunkAt {
    Sequence first;
    Chunk::Header header;
  };
  virtual absl::StatusOr<ChunkAt> ChunkContaining(LogNumber log, Sequence sequence) = 0;

  // The newest record of a key, as it stands in its chunk (tag, length, record), tombstones included; nullopt
  // when there never was one. What is committed is seen; what is being committed may be.
  virtual absl::StatusOr<std::optional<std::string>> TableRecord(LogNumber log, std::string_view channel,
                                                                 std::string_view key) = 0;
  // Live records of the log's table. A key that is written meanwhile is seen as it was or as it is.
  virtual absl::StatusOr<TableSlice> ReadTable(LogNumber log, const TableScan& scan) = 0;
  // The log's table with exactly what is committed now, when no Commit is under way. Holds old rows on the
  // disk while it lives.
  virtual absl::StatusOr<std::unique_ptr<TableSnapshot>> SnapshotTable(LogNumber log) = 0;

  // Records of the log that expire, also those that are no longer their keys' newest. What is committed is
  // seen; what is being committed may be.
  virtual absl::StatusOr<ExpirySlice> Expiries(LogNumber log, const ExpiryScan& scan) = 0;
  // Forgets that these expire: they no longer are their keys' newest. What was written since, for a later
  // record of the same key and time, stays. May be undone by a crash.
  virtual absl::Status DropExpiries(LogNumber log, std::span<const Expiry> expiries) = 0;
  // The newest record of each of these ids, in their order; nullopt where the store knows none. It may have
  // forgotten those that the log's window does not remember: see IsRemembered.
  virtual absl::StatusOr<std::vector<std::optional<IdEntry>>> FindIds(
      LogNumber log, std::span<const std::string_view> ids) = 0;

  // What the log remembers of a producer: nothing, when it has no batch of it.
  virtual absl::StatusOr<ProducerState> FindProducer(LogNumber log, ProducerId producer) = 0;
  // Removes what it remembers of producers that are not registered any more.
  virtual absl::Status ForgetProducers(LogNumber log, std::span<const ProducerId> producers) = 0;

  // The highest token of a lease that the log has seen; nullopt: none.
  virtual absl::StatusOr<std::optional<FencingToken>> FindFence(LogNumber log, std::string_view lease) = 0;

  virtual absl::StatusOr<StoredLog> CreateLog(const std::string& name, const LogSettings& settings) = 0;
  virtual absl::Status UpdateLog(const LogDescriptor& descriptor) = 0;
  virtual absl::Status DeleteLog(LogNumber log) = 0;
  // Makes everything before `first_kept` unreadable for good, and frees the chunks that are wholly below it.
  virtual absl::Status Trim(LogNumber log, Sequence first_kept) = 0;

  // Up to `limit` channels that start with `prefix` and follow `after`, by byte order, with records in chunks
  // that end after `first_kept`.
  virtual absl::StatusOr<std::vector<ChannelCount>> Channels(LogNumber log, Sequence first_kept,
                                                             std::string_view prefix, std::string_view after,
                                                             size_t limit, bool with_counts) = 0;

  // Checks all of [first, end). Calls `report` now and then, and once at the end with `done`; stops when it
  // is false.
  virtual absl::Status Verify(LogNumber log, Sequence first, Sequence end,
                              const std::function<bool(const VerifyProgress&)>& report) = 0;

  // A consistent copy of the store, while appends go on; everything that was committed before is in it. One
  // at a time. May take seconds.
  virtual absl::StatusOr<std::unique_ptr<StoreBackup>> BeginBackup() = 0;

  // Bytes that the file system has free for us.
  virtual uint64_t FreeBytes() = 0;

  // How the store is. Never waits for a recovery.
  virtual StoreStats Stats() { return {}; }
};

}  // namespace replog
