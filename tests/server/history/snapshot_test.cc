#include "server/history/snapshot.h"

#include <gmock/gmock.h>

#include <future>

#include "tests/server/core/fake_store.h"
#include "tests/server/core/manual_clock.h"
#include "tests/server/core/records.h"

namespace replog {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::SizeIs;

class SnapshotTest : public ::testing::Test {
 protected:
  LogPtr CreateWith(const std::string& name, int records) {
    const LogPtr log = *service_->CreateLog(name, {});
    auto promise = std::make_shared<std::promise<absl::StatusOr<Appended>>>();
    std::vector<std::string> encoded(static_cast<size_t>(records), testing::NewRecord("c", "text"));
    PendingAppend append{log, testing::MakeRequest(encoded), [promise](absl::StatusOr<Appended> outcome) {
                           promise->set_value(std::move(outcome));
                         }};
    EXPECT_EQ(service_->appends().TryPut(append, nullptr), AppendQueue::Offer::kTaken);
    EXPECT_TRUE(promise->get_future().get().ok());
    return log;
  }
  void Acknowledge(const LogPtr& log, const std::string& node, Sequence next) {
    std::promise<absl::Status> done;
    service_->nodes().Acknowledge(log, node, next, false, [&](const absl::StatusOr<NodeRecord>& answer) {
      done.set_value(answer.status());
    });
    ASSERT_TRUE(done.get_future().get().ok());
  }

  testing::FakeStore store_;
  testing::ManualClock clock_;
  std::unique_ptr<LogService> service_ = *LogService::Open({}, store_, clock_);
};

TEST_F(SnapshotTest, HasLogsByNameWithTheirCounters) {
  CreateWith("b", 3);
  const Snapshot snapshot = TakeSnapshot(*service_, {10, 10});
  EXPECT_THAT(snapshot.logs,
              ElementsAre(Field(&Snapshot::Log::name, "_system"), Field(&Snapshot::Log::name, "b"),
                          Field(&Snapshot::Log::name, "default")));
  EXPECT_EQ(snapshot.logs[1].appended_records, 3U);
  EXPECT_GT(snapshot.logs[1].appended_bytes, 0U);
  EXPECT_EQ(snapshot.wall_us, clock_.WallMicros());
  EXPECT_EQ(snapshot.append_us.counts.size(), kLatencyBoundsUs.size() + 1);
}

TEST_F(SnapshotTest, LagIsOfNodesAndTheLargestOfThoseThatAreConnected) {
  const LogPtr log = CreateWith("a", 5);
  Acknowledge(log, "gone", 1);
  const Snapshot snapshot = TakeSnapshot(*service_, {10, 10});
  ASSERT_THAT(snapshot.nodes, SizeIs(1));
  EXPECT_EQ(snapshot.nodes[0].lag, 4U);
  EXPECT_EQ(snapshot.logs[1].max_lag, 0U);
}

TEST_F(SnapshotTest, HasNoMoreThanIsWanted) {
  const LogPtr log = CreateWith("a", 1);
  Acknowledge(log, "n1", 1);
  Acknowledge(log, "n2", 1);
  const Snapshot snapshot = TakeSnapshot(*service_, {2, 1});
  EXPECT_THAT(snapshot.logs, SizeIs(2));
  EXPECT_THAT(snapshot.nodes, SizeIs(1));
}

}  // namespace
}  // namespace replog
