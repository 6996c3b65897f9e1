#include "tests/server/core/fake_store.h"

#include <algorithm>

#include "base/error.h"
#include "storage/model/chunk_format.h"
#include "storage/model/store_backup.h"

namespace replog::testing {
namespace {

void WriteIds(const Chunk& chunk, std::map<std::string, IdEntry, std::less<>>& ids) {
  if (!chunk.traits().identified) return;
  wire::RecordsReader reader(chunk.records());
  std::string_view encoded;
  while (reader.Next(encoded)) {
    const auto record = wire::DecodeRecord(encoded);
    if (!record->id.empty()) ids[std::string(record->id)] = {record->sequence, record->time_us};
  }
}

}  // namespace

StoredLog FakeStore::MakeLog(const std::string& name, const LogSettings& settings) {
  return *CreateLog(name, settings);
}

void FakeStore::SetCommitFate(CommitFate fate) {
  MutexLock lock(mutex_);
  fate_ = fate;
}

void FakeStore::SetRecoverFails(bool fails) {
  MutexLock lock(mutex_);
  recover_fails_ = fails;
}

void FakeStore::SetFreeBytes(uint64_t bytes) {
  MutexLock lock(mutex_);
  free_bytes_ = bytes;
}

void FakeStore::HoldCommits(bool hold) {
  MutexLock lock(mutex_);
  commit_gate_.shut = hold;
  changed_.NotifyAll();
}

void FakeStore::HoldReads(bool hold) {
  MutexLock lock(mutex_);
  read_gate_.shut = hold;
  changed_.NotifyAll();
}

void FakeStore::OnRead(std::function<void()> call) {
  MutexLock lock(mutex_);
  on_read_ = std::move(call);
}

void FakeStore::OnTableRead(std::function<absl::Status(std::string_view key)> call) {
  MutexLock lock(mutex_);
  on_table_read_ = std::move(call);
}

void FakeStore::OnIdRead(std::function<absl::Status()> call) {
  MutexLock lock(mutex_);
  on_id_read_ = std::move(call);
}

void FakeStore::OnVerify(std::function<absl::Status(const Report&)> call) {
  MutexLock lock(mutex_);
  on_verify_ = std::move(call);
}

void FakeStore::AwaitHeldCommits(int count) {
  MutexLock lock(mutex_);
  while (commit_gate_.held < count) changed_.Wait(mutex_);
}

void FakeStore::AwaitHeldReads(int count) {
  MutexLock lock(mutex_);
  while (read_gate_.held < count) changed_.Wait(mutex_);
}

void FakeStore::AwaitRecoveryTries(int count) {
  MutexLock lock(mutex_);
  while (recovery_tries_ < count) changed_.Wait(mutex_);
}

int FakeStore::commits() const {
  MutexLock lock(mutex_);
  return static_cast<int>(commit_sizes_.size());
}

int FakeStore::reads() const {
  MutexLock lock(mutex_);
  return reads_;
}

int FakeStore::chunks_read() const {
  MutexLock lock(mutex_);
  return chunks_read_;
}

std::vector<Durability> FakeStore::durabilities() const {
  MutexLock lock(mutex_);
  return durabilities_;
}

std::vector<size_t> FakeStore::commit_sizes() const {
  MutexLock lock(mutex_);
  return commit_sizes_;
}

void FakeStore::Pass(Gate& gate) {
  ++gate.held;
  changed_.NotifyAll();
  while (gate.shut) changed_.Wait(mutex_);
  --gate.held;
}

std::vector<StoredLog> FakeStore::Logs() {
  MutexLock lock(mutex_);
  std::vector<StoredLog> logs;
  for (const auto& [number, stored] : logs_) logs.push_back(stored.log);
  return logs;
}

absl::Status FakeStore::Commit(std::span<const LogCommit> commits, Durability durability) {
  MutexLock lock(mutex_);
  Pass(commit_gate_);
  if (failed_) return absl::InternalError("a write failed before");
  commit_sizes_.push_back(commits.size());
  durabilities_.push_back(durability);
  if (fate_ != CommitFate::kFailed) Write(commits);
  failed_ = fate_ != CommitFate::kWritten;
  return failed_ ? absl::InternalError("the disk is on fire") : absl::OkStatus();
}

void FakeStore::Write(std::span<const LogCommit> commits) {
  for (const LogCommit& commit : commits) {
    const auto found = logs_.find(commit.log);
    if (found == logs_.end()) continue;  // as the real store does with a log that is gone
    StoredLog& log = found->second.log;
    for (const ProducerUpdate& producer : commit.producers)
      found->second.producers[producer.id] = producer.state;
    for (const LeaseToken& fence : commit.fences) found->second.fences[fence.name] = fence.fencing;
    for (const ChunkPtr& chunk : commit.chunks) {
      found->second.chunks[chunk->first()] = chunk;
      ForEachEntry(chunk->records(), [&](const wire::RecordView& record, std::string_view entry) {
        const std::string channel(record.channel), key(record.key);
        found->second.table[{channel, key}] = entry;
        if (record.expires_us) found->second.expiries[{*record.expires_us, channel, key}] = record.sequence;
      });
      WriteIds(*chunk, found->second.ids);
      log.end = chunk->end();
      log.last_time_us = chunk->header().last_time_us;
      log.bytes_before_end = chunk->header().bytes_before + chunk->records().size();
    }
  }
}

absl::Status FakeStore::Recover() {
  MutexLock lock(mutex_);
  ++recovery_tries_;
  changed_.NotifyAll();
  if (recover_fails_) return absl::InternalError("still on fire");
  failed_ = false;
  for (auto& [number, stored] : logs_)
    stored.log.epochs.Begin(stored.log.epochs.current() + 1, stored.log.end);
  return absl::OkStatus();
}

void FakeStore::BeginRead() {
  std::function<void()> on_read;
  {
    MutexLock lock(mutex_);
    ++reads_;
    Pass(read_gate_);
    on_read = on_read_;
  }
  if (on_read) on_read();
}

absl::StatusOr<ChunkPtr> FakeStore::Load(LogNumber log, const ChunkPtr& chunk) {
  ++chunks_read_;
  return DecodeChunk(log, chunk->first(), chunk->encoded());
}

absl::StatusOr<ChunkRun> FakeStore::ReadForward(LogNumber log, Sequence from, Sequence until,
                                                size_t max_bytes, const ChannelFilter& filter) {
  BeginRead();
  MutexLock lock(mutex_);
  ChunkRun run;
  run.next = until;
  size_t bytes = 0;
  for (const auto& [first, chunk] : logs_[log].chunks) {
    if (chunk->end() <= from) continue;
    if (first >= until) break;
    if (filter.CoverageOf(*chunk) == ChannelFilter::Coverage::kNone) continue;
    if (bytes >= max_bytes && !run.chunks.empty()) {
      run.next = std::max(first, from);
      break;
    }
    auto loaded = Load(log, chunk);
    if (!loaded.ok()) return loaded.status();
    bytes += chunk->encoded().size();
    run.chunks.push_back(*std::move(loaded));
  }
  return run;
}

absl::StatusOr<ChunkRun> FakeStore::ReadBackward(LogNumber log, Sequence from, Sequence before,
                                                 size_t max_bytes, const ChannelFilter& filter) {
  BeginRead();
  MutexLock lock(mutex_);
  ChunkRun run;
  run.next = from;
  size_t bytes = 0;
  const auto& chunks = logs_[log].chunks;
  for (auto entry = chunks.rbegin(); entry != chunks.rend(); ++entry) {
    const ChunkPtr& chunk = entry->second;
    if (chunk->first() >= before) continue;
    if (chunk->end() <= from) break;
    if (filter.CoverageOf(*chunk) == ChannelFilter::Coverage::kNone) continue;
    if (bytes >= max_bytes && !run.chunks.empty()) {
      run.next = std::max(from, chunk->end());
      break;
    }
    auto loaded = Load(log, chunk);
    if (!loaded.ok()) return loaded.status();
    bytes += chunk->encoded().size();
    run.chunks.push_back(*std::move(loaded));
  }
  return run;
}

absl::StatusOr<Sequence> FakeStore::FindChunk(LogNumber log, Sequence from, Sequence end,
                                              const HeaderPredicate& wanted) {
  MutexLock lock(mutex_);
  for (const auto& [first, chunk] : logs_[log].chunks) {
    if (chunk->end() > from && first < end && wanted(first, chunk->header())) return first;
  }
  return end;
}

absl::StatusOr<LogStore::ChunkAt> FakeStore::ChunkContaining(LogNumber log, Sequence sequence) {
  MutexLock lock(mutex_);
  for (const auto& [first, chunk] : logs_[log].chunks) {
    if (first <= sequence && sequence < chunk->end()) return ChunkAt{first, chunk->header()};
  }
  return MakeError(Reason::kCorruptChunk, "no chunk holds the sequence");
}

absl::StatusOr<std::optional<std::string>> FakeStore::TableRecord(LogNumber log, std::string_view channel,
                                                                  std::string_view key) {
  BeginRead();
  MutexLock lock(mutex_);
  if (on_table_read_) {
    if (auto status = on_table_read_(key); !status.ok()) return status;
  }
  const auto& table = logs_.at(log).table;
  const auto found = table.find({std::string(channel), std::string(key)});
  return found == table.end() ? std::nullopt : std::optional(found->second);
}

absl::StatusOr<TableSlice> FakeStore::ReadTable(LogNumber log, const TableScan& scan) {
  BeginRead();
  MutexLock lock(mutex_);
  if (on_table_read_) {
    if (auto status = on_table_read_(""); !status.ok()) return status;
  }
  return SliceOf(logs_.at(log).table, scan);
}

class FakeStore::Snapshot final : public TableSnapshot {
 public:
  explicit Snapshot(Table table) : table_(std::move(table)) {}
  absl::StatusOr<TableSlice> Read(const TableScan& scan) override { return SliceOf(table_, scan); }

 private:
  const Table table_;
};

absl::StatusOr<std::unique_ptr<TableSnapshot>> FakeStore::SnapshotTable(LogNumber log) {
  MutexLock lock(mutex_);
  return std::make_unique<Snapshot>(logs_.at(log).table);
}

TableSlice FakeStore::SliceOf(const Table& table, const TableScan& scan) {
  TableSlice slice;
  slice.end = scan.after;
  for (const auto& [place, entry] : table) {
    const auto& [channel, key] = place;
    if (scan.after.begun && place <= std::pair(scan.after.channel, scan.after.key)) continue;
    if (slice.count == scan.max_records ||
        (slice.count > 0 && slice.records.size() + entry.size() > scan.max_bytes)) {
      return slice;
    }
    slice.end = {true, channel, key};
    const auto record = DecodeEntry(entry);
    if (!scan.filter.Matches(channel)) continue;
    if (record->sequence >= scan.before_sequence) {
      slice.passed_over_end = std::max(slice.passed_over_end, record->sequence + 1);
      continue;
    }
    if (record->deleted) continue;
    slice.records += entry;
    ++slice.count;
  }
  slice.complete = true;
  return slice;
}

absl::StatusOr<ExpirySlice> FakeStore::Expiries(LogNumber log, const ExpiryScan& scan) {
  BeginRead();
  MutexLock lock(mutex_);
  ExpirySlice slice;
  const auto& all = logs_[log].expiries;
  for (auto entry = all.lower_bound(scan.from); entry != all.end(); ++entry) {
    if (entry->first.expires_us >= scan.before_us || slice.entries.size() == scan.max_entries) {
      slice.next = entry->first;
      break;
    }
    slice.entries.push_back({entry->first, entry->second});
  }
  return slice;
}

absl::Status FakeStore::DropExpiries(LogNumber log, std::span<const Expiry> expiries) {
  MutexLock lock(mutex_);
  if (failed_) return absl::InternalError("a write failed before");
  auto& all = logs_[log].expiries;
  for (const Expiry& expiry : expiries) {
    const auto found = all.find(expiry.place);
    if (found != all.end() && found->second == expiry.sequence) all.erase(found);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::optional<IdEntry>>> FakeStore::FindIds(
    LogNumber log, std::span<const std::string_view> ids) {
  BeginRead();
  MutexLock lock(mutex_);
  if (on_id_read_) {
    if (auto status = on_id_read_(); !status.ok()) return status;
  }
  std::vector<std::optional<IdEntry>> entries;
  for (const std::string_view id : ids) {
    const auto& known = logs_.at(log).ids;
    const auto found = known.find(id);
    entries.push_back(found == known.end() ? std::nullopt : std::optional(found->second));
  }
  return entries;
}

absl::StatusOr<ProducerState> FakeStore::FindProducer(LogNumber log, ProducerId producer) {
  BeginRead();
  MutexLock lock(mutex_);
  return logs_.at(log).producers[producer];
}

absl::StatusOr<std::optional<FencingToken>> FakeStore::FindFence(LogNumber log, std::string_view lease) {
  BeginRead();
  MutexLock lock(mutex_);
  const auto& fences = logs_.at(log).fences;
  const auto found = fences.find(std::string(lease));
  return found == fences.end() ? std::nullopt : std::optional(found->second);
}

absl::Status FakeStore::ForgetProducers(LogNumber log, std::span<const ProducerId> producers) {
  MutexLock lock(mutex_);
  for (const ProducerId producer : producers) logs_.at(log).producers.erase(producer);
  return absl::OkStatus();
}

absl::StatusOr<StoredLog> FakeStore::CreateLog(const std::string& name, const LogSettings& settings) {
  MutexLock lock(mutex_);
  StoredLog log;
  log.descriptor.number = next_number_++;
  log.descriptor.name = name;
  log.descriptor.uuid = "uuid-" + std::to_string(log.descriptor.number);
  log.descriptor.settings = settings;
  log.epochs.Begin(1, 0);
  logs_[log.descriptor.number].log = log;
  return log;
}

absl::Status FakeStore::UpdateLog(const LogDescriptor& descriptor) {
  MutexLock lock(mutex_);
  logs_[descriptor.number].log.descriptor = descriptor;
  return absl::OkStatus();
}

absl::Status FakeStore::DeleteLog(LogNumber log) {
  MutexLock lock(mutex_);
  logs_.erase(log);
  return absl::OkStatus();
}

absl::Status FakeStore::Trim(LogNumber log, Sequence first_kept) {
  MutexLock lock(mutex_);
  StoredChunks& stored = logs_[log];
  if (first_kept <= stored.log.first_kept) return absl::OkStatus();
  stored.log.first_kept = std::max(stored.log.first_kept, first_kept);
  std::erase_if(stored.chunks, [&](const auto& entry) { return entry.second->end() <= first_kept; });
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ChannelCount>> FakeStore::Channels(LogNumber, Sequence, std::string_view,
                                                              std::string_view, size_t, bool) {
  return absl::UnimplementedError("the fake store has no channel index");
}

absl::Status FakeStore::Verify(LogNumber, Sequence, Sequence, const Report& report) {
  std::function<absl::Status(const Report&)> call;
  {
    MutexLock lock(mutex_);
    call = on_verify_;
  }
  if (call == nullptr) return absl::UnimplementedError("the fake store is never damaged");
  return call(report);
}

absl::StatusOr<std::unique_ptr<StoreBackup>> FakeStore::BeginBackup() {
  return MakeError(Reason::kStoreFailed, "there are no files to back up");
}

uint64_t FakeStore::FreeBytes() {
  MutexLock lock(mutex_);
  return free_bytes_;
}

}  // namespace replog::testing
