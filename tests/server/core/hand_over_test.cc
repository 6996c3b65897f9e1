// The property that everything else rests on: whatever appends, evictions, trims, recoveries and slow readers
// do at the same time, every reader sees each matching record exactly once and in order, and is told when it
// cannot.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "server/core/cold_reader.h"
#include "server/core/subscription.h"
#include "storage/model/chunk_builder.h"
#include "tests/server/core/core_fixture.h"

namespace replog {
namespace {

using testing::CoreFixture;
using testing::Decode;
using testing::FakeStore;
using testing::NewRecord;
using testing::ReasonText;
using testing::Seen;
using Step = Subscription::Step;

using Random = std::mt19937_64;
int Pick(Random& random, int low, int high) { return std::uniform_int_distribution(low, high)(random); }

const std::vector<std::string> kChannels{"a", "ab", "b", "rare"};
const std::vector<std::vector<std::string>> kFilters{{}, {"a"}, {"a*"}, {"rare"}, {"b", "rare"}, {"none"}};

// What the log is, by definition.
struct Model {
  struct Record {
    std::string channel;
    std::string text;
    Epoch epoch;
  };
  std::vector<Record> records;
  std::vector<Sequence> batch_ends{0};
  Sequence first_kept = 0;

  Sequence end() const { return records.size(); }
  Epoch EpochBefore(Sequence next) const { return next == 0 ? 0 : records[next - 1].epoch; }
  std::vector<Sequence> Matching(const ChannelFilter& filter, Sequence from, Sequence until) const {
    std::vector<Sequence> matching;
    for (Sequence i = from; i < until; ++i) {
      if (filter.Matches(records[i].channel)) matching.push_back(i);
    }
    return matching;
  }
};

struct Waiter final : TailWaiter {
  void OnTail() override { woken = true; }
  bool woken = false;
};

// One subscriber that checks every frame against the model.
struct Reader {
  std::unique_ptr<Subscription> subscription;
  ChannelFilter filter;
  std::shared_ptr<Waiter> waiter;
  Sequence seen_next = 0;                                          // of the last frame, or the start
  Position position;                                               // the last one that was said in full
  bool frame_in_flight = false;                                    // the transport has not taken it yet
  std::optional<std::pair<absl::StatusOr<ChunkRun>, Epoch>> read;  // done, but not delivered yet
};

class HandOver {
 public:
  explicit HandOver(uint64_t seed) : random_(seed), stored_(store_.MakeLog()), tail_(kTailBytes, 0, 0) {
    for (int i = 0; i < kReaders; ++i) {
      readers_.emplace_back();
      Begin(readers_.back(), 0);
    }
  }

  void Run(int steps) {
    for (int step = 0; step < steps && !::testing::Test::HasFailure(); ++step) RandomStep();
    Drain();
  }

 private:
  static constexpr size_t kTailBytes = 3000;
  static constexpr int kReaders = 6;

  void RandomStep() {
    const int kind = Pick(random_, 0, 99);
    if (kind < 15) {
      Append(/*in_memory=*/true);
    } else if (kind < 17) {
      tail_.SetMaxBytes(static_cast<size_t>(Pick(random_, 0, 6000)));
    } else if (kind < 18) {
      Trim();
    } else if (kind < 19) {
      Recover();
    } else {
      StepOf(readers_[static_cast<size_t>(Pick(random_, 0, kReaders - 1))]);
    }
  }

  // A commit of the store that is published, or (after a failure) only found again by the recovery.
  void Append(bool in_memory) {
    ChunkBuilder builder({stored_.descriptor.number, epoch_, model_.end(), bytes_before_, 1'000'000});
    for (int i = Pick(random_, 1, 6); i > 0; --i) {
      const std::string& channel = kChannels[static_cast<size_t>(std::min(Pick(random_, 0, 30), 3))];
      std::string text = std::to_string(model_.end());
      text.resize(text.size() + static_cast<size_t>(Pick(random_, 0, 9) == 0 ? Pick(random_, 0, 6000) : 0),
                  '.');
      builder.Add(NewRecord(channel, text));
      model_.records.push_back({channel, text, epoch_});
    }
    model_.batch_ends.push_back(model_.end());
    const std::vector<LogCommit> commits{{stored_.descriptor.number, builder.Finish()}};
    bytes_before_ = builder.bytes_before_next();
    ASSERT_TRUE(store_.Commit(commits, Durability::kSync).ok());
    if (in_memory) Wake(tail_.Publish(commits[0].chunks));
  }

  void Recover() {
    for (int i = Pick(random_, 0, 2); i > 0; --i) Append(/*in_memory=*/false);
    ++epoch_;
    Wake(tail_.ResetTo(model_.end()));
  }

  void Trim() {
    if (model_.end() == model_.first_kept) return;
    const Sequence to = model_.first_kept + random_() % (model_.end() - model_.first_kept + 1) / 2;
    model_.first_kept = to;
    Wake(tail_.Trim(to));
    ASSERT_TRUE(store_.Trim(stored_.descriptor.number, to).ok());
  }

  static void Wake(const TailWaiters& waiters) {
    for (const auto& waiter : waiters) waiter->OnTail();
  }

  void Begin(Reader& reader, Sequence at) {
    Subscription::Options options;
    options.start = {"uuid", 0, model_.EpochBefore(at), at};
    reader.filter = ChannelFilter(kFilters[static_cast<size_t>(Pick(random_, 0, 5))]);
    options.filter = reader.filter;
    options.max_frame_bytes = static_cast<size_t>(Pick(random_, 1, 4)) << 12;
    options.bookmark_interval_us = 50;
    if (Pick(random_, 0, 3) == 0) options.until = at + static_cast<Sequence>(Pick(random_, 0, 200));
    reader.waiter = std::make_shared<Waiter>();
    reader.seen_next = at;
    reader.position = options.start;
    reader.frame_in_flight = false;
    reader.read.reset();
    reader.subscription = std::make_unique<Subscription>(std::move(options), now_us_);
  }

  // One thing that the driver of a subscription would do next.
  void StepOf(Reader& reader) {
    ++now_us_;
    if (reader.frame_in_flight) {
      reader.frame_in_flight = false;
      return;
    }
    if (reader.read) {
      auto [run, epoch] = *std::move(reader.read);
      reader.read.reset();
      reader.subscription->OnStore(std::move(run), tail_.first_kept(), epoch);
      return;
    }
    if (std::exchange(reader.waiter->woken, false)) reader.subscription->OnWake();
    switch (reader.subscription->Next(now_us_)) {
      case Step::kAskTail:
        return reader.subscription->OnTail(
            tail_.Read(reader.subscription->next(), FrameBytes(), reader.waiter));
      case Step::kReadStore:
        return ReadStore(reader);
      case Step::kReadTable:
        FAIL() << "nobody asked for the table";
      case Step::kSend:
        return Check(reader, reader.subscription->TakeFrame(now_us_));
      case Step::kWait:
        return;
      case Step::kFinish:
        return Finish(reader);
    }
  }

  size_t FrameBytes() { return static_cast<size_t>(Pick(random_, 1, 16 << 10)); }

  void ReadStore(Reader& reader) {
    const Subscription& subscription = *reader.subscription;
    auto run = store_.ReadForward(stored_.descriptor.number, subscription.next(), subscription.read_until(),
                                  FrameBytes(), subscription.filter());
    const Epoch epoch = run.ok() ? model_.EpochBefore(run->next) : 0;
    reader.read.emplace(std::move(run), epoch);
  }

  void Check(Reader& reader, const Frame& frame) {
    reader.frame_in_flight = true;
    const auto expected = model_.Matching(reader.filter, reader.seen_next, frame.next_sequence);
    const auto seen = Decode(frame);
    ASSERT_EQ(testing::SequencesOf(seen), expected)
        << "from " << reader.seen_next << " to " << frame.next_sequence;
    for (const Seen& record : seen) {
      ASSERT_EQ(record.channel, model_.records[record.sequence].channel);
      ASSERT_EQ(record.text, model_.records[record.sequence].text);
    }
    ASSERT_GE(frame.next_sequence, reader.seen_next);
    ASSERT_TRUE(std::binary_search(model_.batch_ends.begin(), model_.batch_ends.end(), frame.committed_end) ||
                frame.committed_end == 0)
        << "half a batch is visible: " << frame.committed_end;
    if (frame.caught_up) ASSERT_EQ(frame.next_sequence, frame.committed_end);
    if (frame.position) reader.position = *frame.position;
    reader.position.next_sequence = frame.next_sequence;
    ASSERT_EQ(reader.position.epoch, model_.EpochBefore(frame.next_sequence)) << "at " << frame.next_sequence;
    if (frame.first_kept) ASSERT_LE(*frame.first_kept, model_.first_kept);
    reader.seen_next = frame.next_sequence;
  }

  void Finish(Reader& reader) {
    const absl::Status& status = reader.subscription->status();
    if (status.ok()) return Begin(reader, std::max(model_.first_kept, reader.seen_next));
    ASSERT_EQ(ReasonText(status), "BELOW_FIRST_KEPT");
    ASSERT_LT(reader.subscription->next(), model_.first_kept);
    Begin(reader, model_.first_kept);
  }

  // Nobody writes any more: every reader comes to the end and waits; what its next bookmark would pass over
  // does not match.
  void Drain() {
    for (Reader& reader : readers_) {
      for (int i = 0; i < 1'000'000 && !::testing::Test::HasFailure(); ++i) {
        const bool idle = !reader.frame_in_flight && !reader.read && !reader.waiter->woken &&
                          reader.subscription->Next(now_us_) == Step::kWait;
        if (idle) break;
        StepOf(reader);
        --now_us_;  // no bookmarks now
      }
      EXPECT_EQ(reader.subscription->next(), model_.end());
      EXPECT_TRUE(model_.Matching(reader.filter, reader.seen_next, model_.end()).empty());
    }
  }

  Random random_;
  FakeStore store_;
  const StoredLog stored_;
  Tail tail_;
  Model model_;
  Epoch epoch_ = 1;
  uint64_t bytes_before_ = 0;
  int64_t now_us_ = 1;
  std::vector<Reader> readers_;
};

TEST(HandOverProperty, EveryReaderSeesEachMatchingRecordOnceInOrder) {
  std::random_device device;
  for (int round = 0; round < 30 && !::testing::Test::HasFailure(); ++round) {
    const uint64_t seed = round < 10 ? static_cast<uint64_t>(round) : device();
    SCOPED_TRACE("seed " + std::to_string(seed));
    HandOver(seed).Run(5000);
  }
}

// The same with real threads: writers through the committer, readers that block, an evictor. For
// ThreadSanitizer.
class BlockingWaiter final : public TailWaiter {
 public:
  void OnTail() override {
    MutexLock lock(mutex_);
    called_ = true;
    condition_.NotifyOne();
  }
  void Await() {
    MutexLock lock(mutex_);
    while (!called_) condition_.Wait(mutex_);
    called_ = false;
  }

 private:
  Mutex mutex_;
  CondVar condition_;
  bool called_ TSA_GUARDED_BY(mutex_) = false;
};

constexpr Sequence kTotal = 4000;

// Reads a log from its beginning to kTotal and gives back what it saw.
std::vector<Seen> ReadAll(Log& log, ColdReader& cold, const std::vector<std::string>& channels) {
  Subscription::Options options;
  options.start = log.PositionAt(0);
  options.until = kTotal;
  options.filter = ChannelFilter(channels);
  Subscription subscription(std::move(options), 0);
  const auto waiter = std::make_shared<BlockingWaiter>();
  std::vector<Seen> seen;
  for (;;) {
    switch (subscription.Next(0)) {
      case Step::kAskTail:
        subscription.OnTail(log.tail().Read(subscription.next(), 8 << 10, waiter));
        break;
      case Step::kReadStore: {
        std::promise<absl::StatusOr<ChunkRun>> promise;
        cold.Read(log.number(), subscription.next(), subscription.read_until(), 8 << 10,
                  subscription.filter(),
                  [&](absl::StatusOr<ChunkRun> run) { promise.set_value(std::move(run)); });
        auto run = promise.get_future().get();
        const Epoch epoch = run.ok() ? log.PositionAt(run->next).epoch : 0;
        subscription.OnStore(std::move(run), log.tail().first_kept(), epoch);
        break;
      }
      case Step::kSend:
        for (Seen& record : Decode(subscription.TakeFrame(0))) seen.push_back(std::move(record));
        break;
      case Step::kWait:
        waiter->Await();
        subscription.OnWake();
        break;
      case Step::kReadTable:
        ADD_FAILURE() << "nobody asked for the table";
        return seen;
      case Step::kFinish:
        EXPECT_TRUE(subscription.status().ok()) << subscription.status();
        return seen;
    }
  }
}

TEST(HandOverThreads, EveryReaderSeesEachMatchingRecordOnceInOrder) {
  constexpr int kWriters = 4;
  constexpr int kReaders = 6;
  CoreFixture core;
  core.Start();
  const LogPtr log = core.log();
  ThreadPool blocking(2);
  ColdReader cold(core.store, blocking, 16 << 10);
  std::vector<std::vector<Seen>> seen(kReaders);
  std::vector<std::thread> threads;
  for (int i = 0; i < kReaders; ++i) {
    threads.emplace_back([&, i] {
      seen[static_cast<size_t>(i)] =
          ReadAll(*log, cold, i % 2 == 0 ? std::vector<std::string>{} : std::vector<std::string>{"c*"});
    });
  }
  for (int i = 0; i < kWriters; ++i) {
    threads.emplace_back([&, i] {
      for (Sequence n = 0; n < kTotal / kWriters / 2; ++n) {
        const std::string text = std::to_string(i) + ":" + std::to_string(n);
        EXPECT_TRUE(core.Append(log, {text, text}).get().ok());
        if (n % 16 == 0) log->tail().SetMaxBytes(n % 32 == 0 ? 1 : 1 << 20);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& records : seen) {
    ASSERT_EQ(records.size(), kTotal);
    std::vector<Sequence> next_of_writer(kWriters);
    for (Sequence i = 0; i < kTotal; ++i) {
      ASSERT_EQ(records[i].sequence, i);
      if (i % 2 == 1) ASSERT_EQ(records[i].text, records[i - 1].text) << "a batch is contiguous";
      const auto writer = static_cast<size_t>(records[i].text[0] - '0');
      ASSERT_EQ(records[i].text, std::to_string(writer) + ":" + std::to_string(next_of_writer[writer] / 2));
      ++next_of_writer[writer];
    }
  }
}

}  // namespace
}  // namespace replog
