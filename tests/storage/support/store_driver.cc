#include "tests/storage/support/store_driver.h"

#include <algorithm>
#include <ostream>
#include <stdexcept>

#include "proto/wire/record_view.h"

namespace replog::testing {
namespace {

constexpr size_t kSliceBytes = 16 << 10;

}  // namespace

void PrintTo(const TestRecord& record, std::ostream* out) {
  *out << record.channel << ":" << record.text.substr(0, 40);
}

void MustWork(const absl::Status& status) {
  if (!status.ok()) throw std::runtime_error(std::string(status.message()));
}

std::string EncodeNewRecord(const TestRecord& record) {
  std::string encoded;
  wire::AppendBytesField(encoded, wire::record_field::kChannel, record.channel);
  wire::AppendBytesField(encoded, wire::record_field::kText, record.text);
  return encoded;
}

std::vector<TestRecord> NumberedRecords(const std::string& channel, const std::string& text, int count) {
  std::vector<TestRecord> records;
  for (int i = 0; i < count; ++i) records.push_back({channel, text + "-" + std::to_string(i)});
  return records;
}

LogCommit MakeCommit(const StoredLog& log, const std::vector<TestRecord>& records, int64_t time_us) {
  ChunkBuilder builder({log.descriptor.number, log.epochs.current(), log.end, log.bytes_before_end, time_us});
  for (const TestRecord& record : records) builder.Add(EncodeNewRecord(record));
  return {log.descriptor.number, builder.Finish()};
}

std::vector<TestRecord> RecordsOf(const std::vector<ChunkPtr>& chunks, Sequence from, Sequence until) {
  std::vector<TestRecord> records;
  for (const ChunkPtr& chunk : chunks) {
    wire::RecordsReader reader(chunk->records());
    std::string_view encoded;
    while (reader.Next(encoded)) {
      const auto record = wire::DecodeRecord(encoded);
      if (!record) throw std::runtime_error("a record is malformed");
      if (record->sequence < from || record->sequence >= until) continue;
      records.push_back({std::string(record->channel), std::string(record->body)});
    }
  }
  return records;
}

StoreOptions SmallStore(const std::string& directory, rocksdb::Env* env) {
  StoreOptions options;
  options.directory = directory;
  options.cache_bytes = 1 << 20;
  options.memtable_bytes = 1 << 20;
  options.env = env;
  return options;
}

void EditEngine(const StoreOptions& options, const std::function<void(const Engine&)>& edit) {
  const auto engine = Engine::Open(options, options.directory + "/db");
  MustWork(engine.status());
  edit(**engine);
}

StoreDriver::StoreDriver(StoreOptions options) : options_(std::move(options)) { MustWork(Open()); }

absl::Status StoreDriver::Open() {
  auto opened = RocksStore::Open(options_);
  if (!opened.ok()) return opened.status();
  store_ = *std::move(opened);
  return absl::OkStatus();
}

void StoreDriver::Reopen() {
  Close();
  MustWork(Open());
}

LogNumber StoreDriver::Create(const std::string& name, Durability durability) {
  const auto log = store_->CreateLog(name, {.durability = durability});
  MustWork(log.status());
  return log->descriptor.number;
}

StoredLog StoreDriver::LogOf(LogNumber log) {
  for (const StoredLog& stored : store_->Logs()) {
    if (stored.descriptor.number == log) return stored;
  }
  throw std::runtime_error("no such log in the store");
}

absl::Status StoreDriver::Append(LogNumber log, const std::vector<TestRecord>& records, Durability durability,
                                 int64_t time_us) {
  const std::vector<LogCommit> commits{MakeCommit(LogOf(log), records, time_us)};
  return store_->Commit(commits, durability);
}

absl::StatusOr<std::vector<TestRecord>> StoreDriver::Read(LogNumber log, Sequence from, Sequence until,
                                                          const std::vector<std::string>& channels) {
  const ChannelFilter filter(channels);
  std::vector<TestRecord> all;
  while (from < until) {
    const auto run = store_->ReadForward(log, from, until, kSliceBytes, filter);
    if (!run.ok()) return run.status();
    for (TestRecord& record : RecordsOf(run->chunks, from, std::min(until, run->next))) {
      if (filter.Matches(record.channel)) all.push_back(std::move(record));
    }
    if (run->next <= from) throw std::runtime_error("a read does not get on");
    from = run->next;
  }
  return all;
}

absl::StatusOr<std::vector<TestRecord>> StoreDriver::ReadBackward(LogNumber log, Sequence from,
                                                                  Sequence before,
                                                                  const std::vector<std::string>& channels) {
  const ChannelFilter filter(channels);
  std::vector<TestRecord> all;
  while (before > from) {
    const auto run = store_->ReadBackward(log, from, before, kSliceBytes, filter);
    if (!run.ok()) return run.status();
    std::vector<ChunkPtr> ascending(run->chunks.rbegin(), run->chunks.rend());
    auto records = RecordsOf(ascending, std::max(from, run->next), before);
    std::reverse(records.begin(), records.end());
    for (TestRecord& record : records) {
      if (filter.Matches(record.channel)) all.push_back(std::move(record));
    }
    if (run->next >= before) throw std::runtime_error("a read does not get on");
    before = run->next;
  }
  return all;
}

std::vector<TestRecord> StoreDriver::ReadAll(LogNumber log) {
  const StoredLog stored = LogOf(log);
  auto records = Read(log, stored.first_kept, stored.end);
  MustWork(records.status());
  return *std::move(records);
}

VerifyProgress StoreDriver::Verify(LogNumber log) {
  const StoredLog stored = LogOf(log);
  VerifyProgress last;
  MustWork(store_->Verify(log, stored.first_kept, stored.end, [&](const VerifyProgress& progress) {
    last = progress;
    return true;
  }));
  return last;
}

}  // namespace replog::testing
