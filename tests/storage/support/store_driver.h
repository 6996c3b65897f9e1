#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/model/chunk_builder.h"
#include "storage/rocks/rocks_store.h"
#include "tests/support/temp_directory.h"

namespace replog::testing {

// What a test writes and expects to read.
struct TestRecord {
  std::string channel;
  std::string text;
  bool operator==(const TestRecord&) const = default;
};
// For messages of failed expectations.
void PrintTo(const TestRecord& record, std::ostream* out);

// `record` as a client sends it.
std::string EncodeNewRecord(const TestRecord& record);
// `count` records of one channel whose texts tell them apart: "TEXT-0", "TEXT-1", …
std::vector<TestRecord> NumberedRecords(const std::string& channel, const std::string& text, int count);
// The chunks of `records` as `log`'s next commit.
LogCommit MakeCommit(const StoredLog& log, const std::vector<TestRecord>& records,
                     int64_t time_us = 1'000'000);
// The records of chunks within [from, until), in sequence order of the chunks.
std::vector<TestRecord> RecordsOf(const std::vector<ChunkPtr>& chunks, Sequence from, Sequence until);

// A store in a directory, and short ways to use it. Opened by the constructor; every call fails the test by
// an exception when the store fails, except those that return a status. Not thread-safe.
class StoreDriver {
 public:
  explicit StoreDriver(StoreOptions options);

  RocksStore& store() { return *store_; }
  const StoreOptions& options() const { return options_; }
  void Close() { store_.reset(); }
  absl::Status Open();
  void Reopen();

  LogNumber Create(const std::string& name, Durability durability = Durability::kSync);
  StoredLog LogOf(LogNumber log);
  // Each call is a commit, and so at least one chunk.
  absl::Status Append(LogNumber log, const std::vector<TestRecord>& records,
                      Durability durability = Durability::kSync, int64_t time_us = 1'000'000);
  // Everything of [from, until) that matches, read slice by slice.
  absl::StatusOr<std::vector<TestRecord>> Read(LogNumber log, Sequence from, Sequence until,
                                               const std::vector<std::string>& channels = {});
  // The same backward; the answer is newest first.
  absl::StatusOr<std::vector<TestRecord>> ReadBackward(LogNumber log, Sequence from, Sequence before,
                                                       const std::vector<std::string>& channels = {});
  // Everything that the log keeps.
  std::vector<TestRecord> ReadAll(LogNumber log);
  VerifyProgress Verify(LogNumber log);

 private:
  const StoreOptions options_;
  std::unique_ptr<RocksStore> store_;
};

// Options for a store that is small enough to flush and compact within a test.
StoreOptions SmallStore(const std::string& directory, rocksdb::Env* env = rocksdb::Env::Default());

// Opens the store's RocksDB itself, closed as a store, and lets `edit` change it.
void EditEngine(const StoreOptions& options, const std::function<void(const Engine&)>& edit);

// Throws when `status` is an error: for what must work for a test to make sense.
void MustWork(const absl::Status& status);

}  // namespace replog::testing
