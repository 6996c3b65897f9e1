// The library's tables as nodes of a real server: they are waited for, audited, and mended.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

#include "client/internal/subscription_core.h"
#include "client/internal/table_core.h"
#include "client/internal/table_resync.h"
#include "client/table.h"
#include "tests/e2e/peer.h"
#include "tests/support/server_process.h"

namespace replog::client {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience{60'000};

// A table whose stream is changed on its way to it.
class CorruptedTable {
 public:
  // Whether the table gets the record.
  using Lets = std::function<bool(const RecordView&)>;

  CorruptedTable(const ClientOptions& client, const std::string& node, const Lets& lets)
      : transport_(internal::Transport::Make(client)) {
    internal::TableSettings settings;
    settings.decode = [](const RecordView& record) {
      return std::make_shared<const std::string>(record.body());
    };
    core_ = std::make_shared<internal::TableCore>(settings);
    SubscriptionOptions options;
    options.table = true;
    options.node = node;
    options.on_record = [core = core_, lets](const RecordView& record) {
      if (lets(record)) core->OnRecord(record);
    };
    options.on_frame = [core = core_](const FrameInfo& frame) { core->OnFrame(frame); };
    options.digests = [core = core_](uint64_t) { return core->Digest().channels; };
    stream_ = std::make_shared<internal::SubscriptionCore>(transport_, std::move(options));
    stream_->Start();
  }
  ~CorruptedTable() {
    stream_->Cancel();
    (void)stream_->Wait();
  }

  internal::TableCore& core() { return *core_; }
  Result<std::vector<std::string>> Resync(const std::string& channel) {
    const auto in_turn = [this](const std::function<void()>& run) {
      const auto done = std::make_shared<std::promise<void>>();
      auto finished = done->get_future();
      stream_->PostInTurn([&run, done] {
        run();
        done->set_value();
      });
      finished.wait();
    };
    return internal::TableResync(*transport_, "", channel, *core_, in_turn).Run();
  }

 private:
  const std::shared_ptr<internal::Transport> transport_;
  std::shared_ptr<internal::TableCore> core_;
  std::shared_ptr<internal::SubscriptionCore> stream_;
};

class TableNode : public ::testing::Test {
 protected:
  ClientOptions Options() { return {.endpoints = {server_.address()}}; }
  uint64_t Put(const std::string& key, const std::string& text, bool deleted = false) {
    const NewRecord record{.channel = "c", .body = text, .headers = {}, .key = key, .deleted = deleted};
    const auto appended = client_.Append({&record, 1});
    EXPECT_TRUE(appended.ok()) << appended.status().ToString();
    return appended->first_sequence;
  }
  AuditOutcome Audit(const std::string& node) {
    const auto result = client_.Audit({.choice = {.nodes = {node}}, .timeout = kPatience});
    EXPECT_TRUE(result.ok()) << result.status().ToString();
    return result.ok() ? result->nodes.at(0).outcome : AuditOutcome::kUnspecified;
  }

  replog::testing::ServerProcess server_;
  Client client_{Options()};
};

TEST_F(TableNode, IsWaitedForAndSameWhileTheLogGoesOn) {
  for (int i = 0; i < 100; ++i) Put("key" + std::to_string(i), "text");
  Table<> table(client_, {.node = "a", .fleet = "f"});
  ASSERT_TRUE(table.WaitReady(kPatience).ok());
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int i = 0; !done; ++i) {
      const bool deleted = i % 5 == 0;
      Put("key" + std::to_string(i % 120), deleted ? "" : "new", deleted);
    }
  });
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(Audit("a"), AuditOutcome::kSame);
    const auto mended = table.Resync("c");
    ASSERT_TRUE(mended.ok()) << mended.status().ToString();
    EXPECT_EQ(*mended, std::vector<std::string>()) << "nothing was wrong";
  }
  done = true;
  writer.join();
  const auto synced =
      client_.AwaitSync({.target = Put("last", "text"), .choice = {.fleet = "f"}, .timeout = kPatience});
  ASSERT_TRUE(synced.ok()) << synced.status().ToString();
  EXPECT_EQ(synced->outcome, SyncOutcome::kSynced);
}

TEST_F(TableNode, ACorruptedCopyIsFoundAndMended) {
  for (int i = 0; i < 3'000; ++i) Put("key" + std::to_string(i), "text");
  CorruptedTable table(Options(), "a", [](const RecordView& record) {
    return record.sequence() % 1'000 != 7 && !record.deleted();
  });
  ASSERT_TRUE(table.core().WaitReady(kPatience).ok());
  const uint64_t last = Put("key5", "", /*deleted=*/true);  // does not get through either
  ASSERT_TRUE(table.core().WaitUntil(last, kPatience).ok());
  EXPECT_EQ(Audit("a"), AuditOutcome::kDiverged);
  const auto mended = table.Resync("c");
  ASSERT_TRUE(mended.ok()) << mended.status().ToString();
  EXPECT_EQ(*mended, (std::vector<std::string>{"key1007", "key2007", "key5", "key7"}));
  EXPECT_EQ(Audit("a"), AuditOutcome::kSame);
}

TEST_F(TableNode, AChannelThatItDoesNotFollowIsNotMended) {
  Put("k", "one");
  const NewRecord other{.channel = "other", .body = "old", .key = "x"};
  ASSERT_TRUE(client_.Append({&other, 1}).ok());
  Table<> table(client_, {.channels = {"c", "room-*"}});
  ASSERT_TRUE(table.WaitReady(kPatience).ok());
  const auto refused = table.Resync("other");
  EXPECT_EQ(refused.status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(refused.status().metadata().at("field"), "channel");
  EXPECT_EQ(table.size(), 1u);
  EXPECT_TRUE(table.Resync("c").ok());
  EXPECT_TRUE(table.Resync("room-1").ok());
}

TEST_F(TableNode, AFilteredTableIsToldOfWhatItPassesOver) {
  // Shorter than the shortest interval between two bookmarks.
  constexpr milliseconds kBeforeABookmark{4'500};
  Put("k", "one");
  Table<> table(client_, {.channels = {"c"}});
  ASSERT_TRUE(table.WaitReady(kPatience).ok());
  for (int i = 0; i < 5; ++i) {
    const NewRecord other{.channel = "other", .body = "text", .key = "x"};
    const auto written = client_.Append({&other, 1});
    ASSERT_TRUE(written.ok()) << written.status().ToString();
    EXPECT_TRUE(table.WaitUntil(written->position, kBeforeABookmark).ok());
    const auto mended = table.Resync("c");
    EXPECT_TRUE(mended.ok()) << mended.status().ToString();
  }
}

TEST_F(TableNode, APositionOfBeforeARestartIsStillReached) {
  Table<> table(client_, {.channels = {"c"}});
  const NewRecord record{.channel = "c", .body = "one", .key = "k"};
  const auto written = client_.Append({&record, 1});
  ASSERT_TRUE(written.ok()) << written.status().ToString();
  server_.Kill9();
  server_.Restart();
  const auto after = Client(Options()).Append({&record, 1});
  ASSERT_TRUE(after.ok()) << after.status().ToString();
  ASSERT_TRUE(table.WaitUntil(after->position, kPatience).ok());
  ASSERT_TRUE(table.WaitUntil(written->position, kPatience).ok());
  Position lost = written->position;
  lost.next_sequence += 1;  // as if it had been written in that epoch, and not been there after the restart
  EXPECT_EQ(table.WaitUntil(lost, kPatience).reason(), "FORKED");
}

TEST_F(TableNode, ItsEndIsTold) {
  ASSERT_TRUE(client_.CreateLog("l").ok());
  std::promise<Status> end;
  TableOptions<> options;
  options.log = "l";
  options.on_end = [&](const Status& status) { end.set_value(status); };
  Table<> table(client_, std::move(options));
  ASSERT_TRUE(table.WaitReady(kPatience).ok());
  ASSERT_TRUE(client_.DeleteLog("l").ok());
  EXPECT_EQ(end.get_future().get().reason(), "LOG_NOT_FOUND");
  EXPECT_EQ(table.status().reason(), "LOG_NOT_FOUND");
}

}  // namespace
}  // namespace replog::client
