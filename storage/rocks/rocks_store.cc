#include "storage/rocks/rocks_store.h"

#include <sys/statvfs.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/error.h"
#include "proto/wire/varint.h"
#include "rocksdb/convenience.h"
#include "rocksdb/experimental.h"
#include "storage/rocks/checkpoint.h"
#include "storage/rocks/chunk_reader.h"
#include "storage/rocks/expiry_index.h"
#include "storage/rocks/id_index.h"
#include "storage/rocks/slices.h"
#include "storage/rocks/stats_reader.h"
#include "storage/rocks/table_reader.h"
#include "storage/rocks/verifier.h"
#include "storage/schema/channel_key.h"
#include "storage/schema/chunk_key.h"
#include "storage/schema/expiry_key.h"
#include "storage/schema/fence_key.h"
#include "storage/schema/id_key.h"
#include "storage/schema/meta_key.h"
#include "storage/schema/producer_key.h"
#include "storage/schema/table_key.h"

namespace replog {
namespace {

// Below this much free space, what a trim frees is collected at once.
constexpr uint64_t kShortOfSpace = 1 << 30;

absl::Status PutChunk(const Engine& engine, LogNumber log, const Chunk& chunk, rocksdb::WriteBatch& batch) {
  batch.Put(engine.chunks(), schema::ChunkKey{log, chunk.first()}.Encode(), ToSlice(chunk.encoded()));
  for (const ChannelCount& channel : chunk.channels()) {
    std::string count;
    wire::AppendVarint(count, channel.records);
    batch.Put(engine.channels(), schema::ChannelKey{log, channel.name, chunk.first()}.Encode(), count);
  }
  if (chunk.traits().identified) {
    if (auto status = PutIds(engine, log, chunk, batch); !status.ok()) return status;
  }
  return chunk.traits().keyed ? PutTable(engine, log, chunk, batch) : absl::OkStatus();
}

void PutProducers(const Engine& engine, const LogCommit& commit, rocksdb::WriteBatch& batch) {
  for (const ProducerUpdate& producer : commit.producers) {
    batch.Put(engine.producers(), schema::ProducerKey{commit.log, producer.id}.Encode(),
              EncodeProducerState(producer.state));
  }
}

void PutFences(const Engine& engine, const LogCommit& commit, rocksdb::WriteBatch& batch) {
  for (const LeaseToken& fence : commit.fences) {
    batch.Put(engine.fences(), schema::FenceKey{commit.log, fence.name}.Encode(),
              schema::EncodeFence(fence.fencing));
  }
}

size_t BatchSize(std::span<const LogCommit> commits) {
  size_t size = 64;
  for (const LogCommit& commit : commits) {
    for (const ChunkPtr& chunk : commit.chunks) size += chunk->encoded().size() + 64;
  }
  return size;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RocksStore>> RocksStore::Open(const StoreOptions& options) {
  auto opened = OpenDirectory(options);
  if (!opened.ok()) return opened.status();
  RocksStore& store = **opened;
  // Of a backup under which the process was killed.
  std::error_code ignored;  // the next backup finds it
  std::filesystem::remove_all(store.directory_->backup_path(), ignored);
  MutexLock lock(store.write_mutex_);
  if (auto status = store.StartOrStartWithoutCompaction(); !status.ok()) return status;
  if (auto status = store.directory_->Sync(); !status.ok()) return status;
  return opened;
}

absl::StatusOr<std::unique_ptr<RocksStore>> RocksStore::OpenReadOnly(const StoreOptions& options) {
  if (!std::filesystem::exists(options.directory + "/FLOOR")) {
    return MakeError(Reason::kWrongDirectory,
                     absl::StrCat("data directory ", options.directory, ": holds no store"));
  }
  auto opened = OpenDirectory(options);
  if (!opened.ok()) return opened.status();
  RocksStore& store = **opened;
  auto engine = Engine::OpenReadOnly(options, store.directory_->db_path());
  if (!engine.ok()) return engine.status();
  MutexLock lock(store.write_mutex_);
  rocksdb::WriteBatch unused;
  if (auto status = store.catalog_.Load(**engine, unused); !status.ok()) return status;
  store.failed_ = MakeError(Reason::kStoreFailed, "the store is open for reading only");
  WriterLock engine_lock(store.engine_mutex_);
  store.engine_ = *std::move(engine);
  return opened;
}

// Takes the directory and makes sure that nothing acknowledged is missing.
absl::StatusOr<std::unique_ptr<RocksStore>> RocksStore::OpenDirectory(const StoreOptions& options) {
  auto directory = DataDirectory::Open(options.directory);
  if (!directory.ok()) return directory.status();
  const bool fresh = (*directory)->fresh();
  std::unique_ptr<RocksStore> store(new RocksStore(options, *std::move(directory)));
  auto floor = fresh ? AckedFloor::Create(store->directory_->floor_path())
                     : AckedFloor::Open(store->directory_->floor_path());
  if (!floor.ok()) return floor.status();
  store->floor_ = *std::move(floor);
  if (auto status = store->CheckFloor(); !status.ok()) return status;
  return store;
}

RocksStore::RocksStore(const StoreOptions& options, std::unique_ptr<DataDirectory> directory)
    : options_(options), directory_(std::move(directory)), compact_(options.compact) {}

RocksStore::~RocksStore() {
  MutexLock lock(write_mutex_);
  WriterLock engine_lock(engine_mutex_);
  if (engine_ == nullptr || !failed_.ok()) return;
  // Whether it succeeds or not, the write-ahead log still has everything.
  engine_->db()->Flush(rocksdb::FlushOptions(), engine_->families()).PermitUncheckedError();
}

// Looks at the store before it is opened for writing, because that recovers it: log files that recovery has
// read up to their damage are deleted, and with them what a person might still save.
absl::Status RocksStore::CheckFloor() {
  const uint64_t floor = floor_->current();
  const std::string path = directory_->db_path();
  if (!std::filesystem::exists(path + "/CURRENT")) {
    if (floor == 0) return absl::OkStatus();
    return MakeError(Reason::kBelowFloor,
                     absl::StrCat(path, "/CURRENT is missing, but something was acknowledged in it"));
  }
  // Before anything was acknowledged there is nothing to lose, and families may be missing yet.
  if (floor == 0) return absl::OkStatus();
  const auto engine = Engine::OpenReadOnly(options_, path);
  if (!engine.ok()) return engine.status();
  const uint64_t end = (*engine)->db()->GetLatestSequenceNumber();
  Catalog catalog;
  rocksdb::WriteBatch unused;
  if (auto status = catalog.Load(**engine, unused); !status.ok()) return status;
  if (end >= floor) return absl::OkStatus();
  std::string logs;
  for (const auto& [number, log] : catalog.logs()) {
    absl::StrAppend(&logs, logs.empty() ? "" : ", ", log.descriptor.name, " from sequence ", log.end, " on");
  }
  return MakeError(
      Reason::kBelowFloor,
      absl::StrCat("the store in ", directory_->path(), " ends at write ", end, " but ", floor,
                   " writes were acknowledged; acknowledged records may be missing in: ",
                   logs.empty() ? "every log" : logs, ". Nothing was changed; restore a backup, or look at ",
                   path, " for damaged *.log files"));
}

absl::Status RocksStore::StartOrStartWithoutCompaction() {
  // A damaged block costs what is in it, not the whole log: reads of it fail, everything else goes on.
  if (ReasonOf(failed_) == Reason::kCorruptChunk) compact_ = false;
  auto status = Start();
  if (ReasonOf(status) != Reason::kCorruptChunk || !compact_) return status;
  compact_ = false;
  {
    WriterLock lock(engine_mutex_);
    engine_.reset();
  }
  return Start();
}

absl::Status RocksStore::Start() {
  StoreOptions options = options_;
  options.compact = compact_;
  auto engine = Engine::Open(options, directory_->db_path());
  if (!engine.ok()) return engine.status();
  rocksdb::WriteBatch batch;
  if (auto status = catalog_.Load(**engine, batch); !status.ok()) return status;
  catalog_.BeginEpochs(**engine, batch);
  for (const auto& [number, log] : catalog_.logs()) {
    RaiseTrimPoint(**engine, log);
    SetIdHorizon(log);
  }
  {
    WriterLock lock(engine_mutex_);
    engine_ = *std::move(engine);
  }
  failed_ = absl::OkStatus();
  return Write(batch, true);
}

Sequence RocksStore::FirstChunkKept(const Engine& engine, const StoredLog& log) {
  if (log.first_kept >= log.end) return log.first_kept;
  const auto chunk = ChunkReader(engine).Containing(log.descriptor.number, log.first_kept);
  return chunk.ok() ? chunk->first : 0;  // damaged: keep what there is
}

void RocksStore::RaiseTrimPoint(const Engine& engine, const StoredLog& log) {
  if (log.first_kept > 0) options_.trim_points->Raise(log.descriptor.number, FirstChunkKept(engine, log));
}

void RocksStore::SetIdHorizon(const StoredLog& log) {
  options_.id_horizons->Set(log.descriptor.number, log.descriptor.settings, log.last_time_us);
}

absl::Status RocksStore::Write(rocksdb::WriteBatch& batch, bool sync) {
  // When a write or a sync fails, nobody knows what of it is on disk, and the system may have dropped the
  // dirty pages: a later sync could succeed without them. So nothing is written after it until recovery has
  // read the disk again (LevelDB's rule, DBImpl::RecordBackgroundError).
  if (!failed_.ok()) return failed_;
  ReaderLock lock(engine_mutex_);
  if (engine_ == nullptr) return MakeError(Reason::kStoreFailed, "the store is closed");
  rocksdb::WriteOptions options;
  options.sync = sync;
  failed_ = FromRocks(engine_->db()->Write(options, &batch), "write");
  if (failed_.ok() && sync) floor_->Raise(engine_->db()->GetLatestSequenceNumber());
  return failed_;
}

absl::Status RocksStore::Recover() {
  MutexLock lock(write_mutex_);
  {
    // Readers make room: they come back when the store is open again.
    closing_ = true;
    WriterLock engine_lock(engine_mutex_);
    engine_.reset();
    closing_ = false;
  }
  auto status = CheckFloor();
  if (status.ok()) status = StartOrStartWithoutCompaction();
  if (!status.ok()) {
    failed_ = status;
    KeepReading();
  }
  return status;
}

// A store that cannot be written, for instance on a disk that is still full, can often be read.
void RocksStore::KeepReading() {
  WriterLock lock(engine_mutex_);
  if (engine_ != nullptr) return;
  if (auto engine = Engine::OpenReadOnly(options_, directory_->db_path()); engine.ok())
    engine_ = *std::move(engine);
}

bool RocksStore::NeedsRecovery() {
  MutexLock lock(write_mutex_);
  return !failed_.ok();
}

std::vector<StoredLog> RocksStore::Logs() {
  MutexLock lock(write_mutex_);
  std::vector<StoredLog> logs;
  for (const auto& [number, log] : catalog_.logs()) logs.push_back(log);
  return logs;
}

absl::Status RocksStore::Commit(std::span<const LogCommit> commits, Durability durability) {
  MutexLock lock(write_mutex_);
  if (!failed_.ok()) return failed_;
  rocksdb::WriteBatch batch(BatchSize(commits));
  {
    ReaderLock engine_lock(engine_mutex_);
    for (const LogCommit& commit : commits) {
      for (const ChunkPtr& chunk : commit.chunks) {
        if (auto status = PutChunk(*engine_, commit.log, *chunk, batch); !status.ok()) return status;
      }
      PutProducers(*engine_, commit, batch);
      PutFences(*engine_, commit, batch);
    }
  }
  if (auto status = Write(batch, durability == Durability::kSync); !status.ok()) return status;
  for (const LogCommit& commit : commits) {
    StoredLog* log = catalog_.Find(commit.log);
    if (log == nullptr || commit.chunks.empty()) continue;
    const Chunk& last = *commit.chunks.back();
    log->end = last.end();
    log->last_time_us = last.header().last_time_us;
    log->bytes_before_end = last.header().bytes_before + last.records().size();
    SetIdHorizon(*log);
  }
  return absl::OkStatus();
}

template <typename Read>
auto RocksStore::WithEngine(const Read& read) {
  using Answer = decltype(read(*engine_));
  const auto recovering = [] {
    return Answer(MakeError(Reason::kRecovering, "the store is being recovered"));
  };
  // The lock alone would let a stream of readers keep Recover out for ever.
  if (closing_) return recovering();
  ReaderLock lock(engine_mutex_);
  if (engine_ == nullptr) return recovering();
  return read(*engine_);
}

absl::StatusOr<ChunkRun> RocksStore::ReadForward(LogNumber log, Sequence from, Sequence until,
                                                 size_t max_bytes, const ChannelFilter& filter) {
  if (from >= until) return ChunkRun{{}, from};
  return WithEngine([&](const Engine& engine) {
    return ChunkReader(engine).Forward({log, from, until}, max_bytes, filter);
  });
}

absl::StatusOr<ChunkRun> RocksStore::ReadBackward(LogNumber log, Sequence from, Sequence before,
                                                  size_t max_bytes, const ChannelFilter& filter) {
  if (from >= before) return ChunkRun{{}, from};
  return WithEngine([&](const Engine& engine) {
    return ChunkReader(engine).Backward({log, from, before}, max_bytes, filter);
  });
}

absl::StatusOr<Sequence> RocksStore::FindChunk(LogNumber log, Sequence from, Sequence end,
                                               const HeaderPredicate& wanted) {
  return WithEngine([&](const Engine& engine) { return ChunkReader(engine).Find({log, from, end}, wanted); });
}

absl::StatusOr<LogStore::ChunkAt> RocksStore::ChunkContaining(LogNumber log, Sequence sequence) {
  return WithEngine([&](const Engine& engine) { return ChunkReader(engine).Containing(log, sequence); });
}

absl::StatusOr<std::optional<std::string>> RocksStore::TableRecord(LogNumber log, std::string_view channel,
                                                                   std::string_view key) {
  return WithEngine([&](const Engine& engine) { return TableReader(engine).Record(log, channel, key); });
}

absl::StatusOr<TableSlice> RocksStore::ReadTable(LogNumber log, const TableScan& scan) {
  return WithEngine([&](const Engine& engine) { return TableReader(engine).Slice(log, scan); });
}

absl::StatusOr<ExpirySlice> RocksStore::Expiries(LogNumber log, const ExpiryScan& scan) {
  return WithEngine([&](const Engine& engine) { return ReadExpiries(engine, log, scan); });
}

absl::Status RocksStore::DropExpiries(LogNumber log, std::span<const Expiry> expiries) {
  MutexLock lock(write_mutex_);
  rocksdb::WriteBatch batch;
  {
    ReaderLock engine_lock(engine_mutex_);
    if (engine_ == nullptr) return MakeError(Reason::kStoreFailed, "the store is closed");
    if (auto status = DeleteExpiries(*engine_, log, expiries, batch); !status.ok()) return status;
  }
  return batch.Count() == 0 ? absl::OkStatus() : Write(batch, false);
}

class RocksStore::Snapshot final : public TableSnapshot {
 public:
  Snapshot(RocksStore& store, LogNumber log, const Engine& engine)
      : store_(store), log_(log), engine_id_(engine.id()), snapshot_(engine.TakeSnapshot()) {}
  ~Snapshot() override {
    // The engine that was closed has released it.
    ReaderLock lock(store_.engine_mutex_);
    if (store_.engine_ != nullptr && store_.engine_->id() == engine_id_)
      store_.engine_->ReleaseSnapshot(snapshot_);
  }
  absl::StatusOr<TableSlice> Read(const TableScan& scan) override {
    return store_.WithEngine([&](const Engine& engine) -> absl::StatusOr<TableSlice> {
      if (engine.id() == engine_id_) return TableReader(engine, snapshot_).Slice(log_, scan);
      return MakeError(Reason::kRecovering, "the store was recovered meanwhile");
    });
  }

 private:
  RocksStore& store_;
  const LogNumber log_;
  const uint64_t engine_id_;
  const rocksdb::Snapshot* const snapshot_;
};

absl::StatusOr<std::unique_ptr<TableSnapshot>> RocksStore::SnapshotTable(LogNumber log) {
  return WithEngine([&](const Engine& engine) -> absl::StatusOr<std::unique_ptr<TableSnapshot>> {
    return std::make_unique<Snapshot>(*this, log, engine);
  });
}

absl::StatusOr<std::vector<std::optional<IdEntry>>> RocksStore::FindIds(
    LogNumber log, std::span<const std::string_view> ids) {
  return WithEngine([&](const Engine& engine) { return replog::FindIds(engine, log, ids); });
}

absl::StatusOr<ProducerState> RocksStore::FindProducer(LogNumber log, ProducerId producer) {
  return WithEngine([&](const Engine& engine) -> absl::StatusOr<ProducerState> {
    if (engine.producers() == nullptr) return ProducerState();
    std::string value;
    const auto key = schema::ProducerKey{log, producer}.Encode();
    const auto found = engine.db()->Get({}, engine.producers(), key, &value);
    if (found.IsNotFound()) return ProducerState();
    if (!found.ok()) return FromRocks(found, "read a producer's state");
    auto state = DecodeProducerState(value);
    if (state) return *std::move(state);
    return MakeError(Reason::kCorruptChunk,
                     absl::StrCat("log number ", log, ": producer ", producer, "'s state is damaged"));
  });
}

absl::StatusOr<std::optional<FencingToken>> RocksStore::FindFence(LogNumber log, std::string_view lease) {
  return WithEngine([&](const Engine& engine) -> absl::StatusOr<std::optional<FencingToken>> {
    if (engine.fences() == nullptr) return std::nullopt;
    std::string value;
    const auto found = engine.db()->Get({}, engine.fences(), schema::FenceKey{log, lease}.Encode(), &value);
    if (found.IsNotFound()) return std::nullopt;
    if (!found.ok()) return FromRocks(found, "read the highest token of a lease");
    if (const auto token = schema::DecodeFence(value)) return token;
    return MakeError(Reason::kCorruptChunk, absl::StrCat("log number ", log, ": a lease's fence is damaged"));
  });
}

absl::Status RocksStore::ForgetProducers(LogNumber log, std::span<const ProducerId> producers) {
  MutexLock lock(write_mutex_);
  rocksdb::WriteBatch batch;
  {
    ReaderLock engine_lock(engine_mutex_);
    if (engine_ == nullptr) return MakeError(Reason::kStoreFailed, "the store is closed");
    for (const ProducerId producer : producers)
      batch.Delete(engine_->producers(), schema::ProducerKey{log, producer}.Encode());
  }
  return Write(batch, false);
}

absl::StatusOr<std::vector<ChannelCount>> RocksStore::Channels(LogNumber log, Sequence first_kept,
                                                               std::string_view prefix,
                                                               std::string_view after, size_t limit,
                                                               bool with_counts) {
  return WithEngine([&](const Engine& engine) {
    return ChunkReader(engine).Channels(log, first_kept, prefix, after, limit, with_counts);
  });
}

absl::Status RocksStore::Verify(LogNumber log, Sequence first, Sequence end,
                                const std::function<bool(const VerifyProgress&)>& report) {
  const auto report_unless_closing = [&](const VerifyProgress& progress) {
    return !closing_ && report(progress);
  };
  return WithEngine([&](const Engine& engine) {
    return VerifyLog(engine, {log, first, end}, report_unless_closing);
  });
}

absl::Status RocksStore::WriteLog(const StoredLog& log) {
  rocksdb::WriteBatch batch;
  {
    ReaderLock lock(engine_mutex_);
    if (engine_ == nullptr) return MakeError(Reason::kStoreFailed, "the store is closed");
    catalog_.PutLog(*engine_, log, batch);
    if (log.descriptor.number >= catalog_.next_number()) {
      catalog_.PutIdentity(*engine_, log.descriptor.number + 1, batch);
    }
  }
  if (auto status = Write(batch, true); !status.ok()) return status;
  catalog_.ApplyLog(log);
  SetIdHorizon(log);
  catalog_.ApplyNextNumber(std::max(catalog_.next_number(), log.descriptor.number + 1));
  return absl::OkStatus();
}

absl::StatusOr<StoredLog> RocksStore::CreateLog(const std::string& name, const LogSettings& settings) {
  MutexLock lock(write_mutex_);
  StoredLog log;
  log.descriptor = {.number = catalog_.next_number(),
                    .name = name,
                    .uuid = MakeUuid(),
                    .lineage = 0,
                    .created_us = SystemClock().WallMicros(),
                    .settings = settings};
  log.epochs.Begin(1, 0);
  if (auto status = WriteLog(log); !status.ok()) return status;
  return log;
}

absl::Status RocksStore::UpdateLog(const LogDescriptor& descriptor) {
  MutexLock lock(write_mutex_);
  const StoredLog* known = catalog_.Find(descriptor.number);
  if (known == nullptr) return MakeError(Reason::kLogNotFound, "no such log in the store");
  StoredLog log = *known;
  log.descriptor = descriptor;
  return WriteLog(log);
}

absl::Status RocksStore::DeleteLog(LogNumber log) {
  MutexLock lock(write_mutex_);
  rocksdb::WriteBatch batch;
  {
    ReaderLock engine_lock(engine_mutex_);
    if (engine_ == nullptr) return MakeError(Reason::kStoreFailed, "the store is closed");
    batch.Delete(engine_->meta(), schema::LogKey(log));
    batch.DeleteRange(engine_->chunks(), schema::ChunkKey{log, 0}.Encode(),
                      schema::ChunkKey{log + 1, 0}.Encode());
    batch.DeleteRange(engine_->channels(), schema::ChannelKey::Prefix(log, ""),
                      schema::ChannelKey::Prefix(log + 1, ""));
    batch.DeleteRange(engine_->table(), schema::TableKey::Prefix(log, ""),
                      schema::TableKey::Prefix(log + 1, ""));
    batch.DeleteRange(engine_->expiries(), schema::ExpiryKey::Prefix(log, 0),
                      schema::ExpiryKey::Prefix(log + 1, 0));
    batch.DeleteRange(engine_->producers(), schema::ProducerKey{log, 0}.Encode(),
                      schema::ProducerKey{log + 1, 0}.Encode());
    batch.DeleteRange(engine_->fences(), schema::FenceKey{log, ""}.Encode(),
                      schema::FenceKey{log + 1, ""}.Encode());
    batch.DeleteRange(engine_->ids(), schema::IdKey{log, ""}.Encode(), schema::IdKey{log + 1, ""}.Encode());
  }
  if (auto status = Write(batch, true); !status.ok()) return status;
  catalog_.ApplyDelete(log);
  FreeChunks(log, UINT64_MAX);
  return absl::OkStatus();
}

absl::Status RocksStore::Trim(LogNumber number, Sequence first_kept) {
  MutexLock lock(write_mutex_);
  const StoredLog* known = catalog_.Find(number);
  if (known == nullptr) return MakeError(Reason::kLogNotFound, "no such log in the store");
  if (first_kept <= known->first_kept) return absl::OkStatus();
  StoredLog log = *known;
  log.first_kept = first_kept;
  Sequence keep_from = first_kept;
  rocksdb::WriteBatch batch;
  {
    ReaderLock engine_lock(engine_mutex_);
    if (engine_ == nullptr) return MakeError(Reason::kStoreFailed, "the store is closed");
    // The chunk that holds first_kept stays whole; readers are kept out of its front by first_kept.
    if (first_kept < log.end) {
      const auto chunk = ChunkReader(*engine_).Containing(number, first_kept);
      if (!chunk.ok()) return chunk.status();
      keep_from = chunk->first;
    }
    catalog_.PutLog(*engine_, log, batch);
    // RocksDB counts an empty range as a write, but finds none when it recovers: the store would then end
    // below its floor.
    if (keep_from > 0) {
      batch.DeleteRange(engine_->chunks(), schema::ChunkKey{number, 0}.Encode(),
                        schema::ChunkKey{number, keep_from}.Encode());
    }
  }
  if (auto status = Write(batch, true); !status.ok()) return status;
  catalog_.ApplyLog(log);
  options_.trim_points->Raise(number, keep_from);
  FreeChunks(number, keep_from);
  return absl::OkStatus();
}

// A range tombstone alone frees nothing before a compaction comes by. Files that hold nothing else go at
// once; what they held is below the trim point or of no log, so nobody looks for it.
void RocksStore::FreeChunks(LogNumber log, Sequence keep_from) {
  ReaderLock lock(engine_mutex_);
  if (engine_ == nullptr) return;
  const std::string begin = schema::ChunkKey{log, 0}.Encode();
  const std::string end = schema::ChunkKey{log, keep_from}.Encode();
  const rocksdb::Slice begin_slice(begin);
  const rocksdb::Slice end_slice(end);
  // Failing to free space is met again by whoever needs it.
  rocksdb::DeleteFilesInRange(engine_->db(), engine_->chunks(), &begin_slice, &end_slice, false)
      .PermitUncheckedError();
  if (FreeBytes() >= kShortOfSpace) return;
  // Appends may have stopped, and with them the flushes and compactions that would free the rest.
  rocksdb::FlushOptions flush;
  flush.wait = false;
  engine_->db()->Flush(flush, engine_->chunks()).PermitUncheckedError();
  rocksdb::experimental::SuggestCompactRange(engine_->db(), engine_->chunks(), &begin_slice, &end_slice)
      .PermitUncheckedError();
}

absl::StatusOr<std::unique_ptr<StoreBackup>> RocksStore::BeginBackup() {
  uint64_t floor = 0;
  // The engine stays open while its files are linked; the copy is then independent of it.
  auto checkpoint = WithEngine([&](const Engine& engine) {
    floor = engine.db()->GetLatestSequenceNumber();
    return Checkpoint::Make(engine, directory_->backup_path());
  });
  if (!checkpoint.ok()) return checkpoint.status();
  if (auto status = (*checkpoint)->Seal(options_, floor); !status.ok()) return status;
  return *std::move(checkpoint);
}

uint64_t RocksStore::FreeBytes() {
  struct statvfs stats;
  if (::statvfs(directory_->path().c_str(), &stats) != 0) return UINT64_MAX;
  return static_cast<uint64_t>(stats.f_bavail) * stats.f_frsize;
}

StoreStats RocksStore::Stats() {
  StoreStats stats = ReadCounters(*options_.counters);
  WithEngine([&](const Engine& engine) {
    ReadEngine(engine, stats);
    return absl::OkStatus();
  }).IgnoreError();  // while it is being recovered there is no engine to ask
  return stats;
}

}  // namespace replog
