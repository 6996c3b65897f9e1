// What a table subscription rests on: whatever is put, deleted and trimmed while a reader gets the table
// slice by slice, its map equals the table when it is told so, and from then on whenever it is at the log's
// end.

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>

#include "proto/wire/record_view.h"
#include "server/core/subscription.h"
#include "storage/model/chunk_builder.h"
#include "tests/server/core/fake_store.h"
#include "tests/server/core/records.h"

namespace replog {
namespace {

using testing::FakeStore;
using testing::ReasonText;
using Step = Subscription::Step;
namespace rf = wire::record_field;

using Random = std::mt19937_64;
int Pick(Random& random, int low, int high) { return std::uniform_int_distribution(low, high)(random); }

struct Put {
  std::string channel;
  std::string key;
  bool deleted;
  std::string text;
};

// By channel and key.
using Map = std::map<std::pair<std::string, std::string>, std::string>;

struct Waiter final : TailWaiter {
  void OnTail() override { woken = true; }
  bool woken = false;
};

struct Reader {
  ChannelFilter filter;
  std::unique_ptr<Subscription> subscription;
  std::shared_ptr<Waiter> waiter;
  Map map;
  bool complete = false;
};

class TableBoot {
 public:
  explicit TableBoot(uint64_t seed) : random_(seed), stored_(store_.MakeLog()), tail_(2000, 0, 0) {
    for (int i = 0; i < 50; ++i) Append();
    for (Reader& reader : readers_) Begin(reader);
    began_ = true;
  }

  void Run(int steps) {
    for (int step = 0; step < steps && !::testing::Test::HasFailure(); ++step) {
      const int kind = Pick(random_, 0, 99);
      if (kind < 20) {
        Append();
      } else if (kind == 20) {
        Trim();
      } else {
        StepOf(readers_[static_cast<size_t>(Pick(random_, 0, 2))]);
      }
    }
  }
  int completed() const { return completed_; }
  int trimmed() const { return trimmed_; }

 private:
  void Append() {
    ChunkBuilder builder({stored_.descriptor.number, 1, puts_.size(), bytes_before_, 1'000'000});
    for (int i = Pick(random_, 1, 4); i > 0; --i) {
      const std::string channel = Pick(random_, 0, 1) == 0 ? "a" : "ab";
      const std::string key = std::to_string(Pick(random_, 0, 40));
      const bool deleted = Pick(random_, 0, 3) == 0;
      const std::string text =
          std::to_string(puts_.size()) + std::string(static_cast<size_t>(Pick(random_, 0, 300)), '.');
      std::string encoded;
      wire::AppendBytesField(encoded, rf::kChannel, channel);
      wire::AppendBytesField(encoded, rf::kKey, key);
      deleted ? wire::AppendVarintField(encoded, rf::kDeleted, 1)
              : wire::AppendBytesField(encoded, rf::kText, text);
      builder.Add(encoded, {.keyed = true});
      puts_.push_back({channel, key, deleted, text});
    }
    const std::vector<LogCommit> commits{{stored_.descriptor.number, builder.Finish()}};
    bytes_before_ = builder.bytes_before_next();
    ASSERT_TRUE(store_.Commit(commits, Durability::kSync).ok());
    // Between the write and its publication readers go on.
    for (int i = Pick(random_, 0, 6); i > 0 && began_; --i)
      StepOf(readers_[static_cast<size_t>(Pick(random_, 0, 2))]);
    end_ = puts_.size();
    for (const auto& waiter : tail_.Publish(commits[0].chunks)) waiter->OnTail();
  }
  void Trim() {
    const Sequence to = end_ - std::min<Sequence>(end_, static_cast<Sequence>(Pick(random_, 0, 300)));
    if (to <= tail_.first_kept()) return;
    for (const auto& waiter : tail_.Trim(to)) waiter->OnTail();
    ASSERT_TRUE(store_.Trim(stored_.descriptor.number, to).ok());
  }
  static void Apply(Map& map, const std::string& channel, const std::string& key, bool deleted,
                    const std::string& text) {
    if (deleted) {
      map.erase({channel, key});
    } else {
      map[{channel, key}] = text;
    }
  }

  void Begin(Reader& reader) {
    const std::vector<std::vector<std::string>> filters{{}, {"a"}, {"a*"}, {"ab", "none"}};
    reader.filter = ChannelFilter(filters[static_cast<size_t>(Pick(random_, 0, 3))]);
    Subscription::Options options;
    options.start = {"uuid", 0, 1, end_};
    options.table = true;
    options.table_epoch = 1;
    options.filter = reader.filter;
    options.max_frame_bytes = 4 << 10;
    reader.subscription = std::make_unique<Subscription>(std::move(options), 0);
    reader.waiter = std::make_shared<Waiter>();
    reader.map.clear();
    reader.complete = false;
  }

  void StepOf(Reader& reader) {
    Subscription& subscription = *reader.subscription;
    if (std::exchange(reader.waiter->woken, false)) subscription.OnWake();
    switch (subscription.Next(0)) {
      case Step::kReadTable: {
        TableScan scan = subscription.table_scan();
        scan.max_bytes = static_cast<size_t>(Pick(random_, 1, 4 << 10));
        return subscription.OnTable(store_.ReadTable(stored_.descriptor.number, scan), tail_.committed_end(),
                                    tail_.first_kept(), 1);
      }
      case Step::kAskTail:
        return subscription.OnTail(tail_.Read(subscription.next(), 2000, reader.waiter));
      case Step::kReadStore:
        return subscription.OnStore(store_.ReadForward(stored_.descriptor.number, subscription.next(),
                                                       subscription.read_until(), 2000, reader.filter),
                                    tail_.first_kept(), 1);
      case Step::kSend:
        return Take(reader, subscription.TakeFrame(0));
      case Step::kWait:
        // It may wait for a record that is written and not published yet, which the table had already.
        if (!reader.complete && end_ < puts_.size()) return;
        // Else a reader that waits has everything.
        ExpectEqual(reader, end_);
        if (Pick(random_, 0, 5) == 0) Begin(reader);
        return;
      case Step::kFinish:
        ASSERT_EQ(ReasonText(subscription.status()), "BELOW_FIRST_KEPT") << subscription.status();
        ++trimmed_;
        return Begin(reader);
    }
  }

  void Take(Reader& reader, const Frame& frame) {
    const std::string bytes = testing::BytesOf(frame);
    wire::RecordsReader records(bytes);
    std::string_view encoded;
    while (records.Next(encoded)) {
      const auto record = *wire::DecodeRecord(encoded);
      Apply(reader.map, std::string(record.channel), std::string(record.key), record.deleted,
            std::string(record.body));
    }
    if (!frame.table_complete) return;
    ASSERT_FALSE(std::exchange(reader.complete, true)) << "said twice";
    ++completed_;
    ExpectEqual(reader, frame.next_sequence);
  }
  // Whether the reader's map is what the records before `next` make it.
  void ExpectEqual(const Reader& reader, Sequence next) {
    ASSERT_TRUE(reader.complete);
    Map wanted;
    for (Sequence i = 0; i < next; ++i) {
      const Put& put = puts_[i];
      if (reader.filter.Matches(put.channel)) Apply(wanted, put.channel, put.key, put.deleted, put.text);
    }
    ASSERT_EQ(reader.map, wanted);
  }

  Random random_;
  FakeStore store_;
  const StoredLog stored_;
  Tail tail_;
  std::vector<Put> puts_;  // by sequence, also those that are not published yet
  Sequence end_ = 0;       // of what is published
  bool began_ = false;
  uint64_t bytes_before_ = 0;
  std::array<Reader, 3> readers_;
  int completed_ = 0;
  int trimmed_ = 0;
};

TEST(TableBootProperty, AReadersMapEqualsTheTableWheneverItIsToldSoAndAtTheEnd) {
  std::random_device device;
  int completed = 0;
  int trimmed = 0;
  for (int round = 0; round < 30 && !::testing::Test::HasFailure(); ++round) {
    const uint64_t seed = round < 10 ? static_cast<uint64_t>(round) : device();
    SCOPED_TRACE("seed " + std::to_string(seed));
    TableBoot boot(seed);
    boot.Run(4000);
    completed += boot.completed();
    trimmed += boot.trimmed();
  }
  EXPECT_GT(completed, 100);
  EXPECT_GT(trimmed, 0) << "no trim ever met a reader";
}

}  // namespace
}  // namespace replog
