#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "server/core/committer.h"
#include "tests/server/core/fake_store.h"
#include "tests/server/core/manual_clock.h"
#include "tests/server/core/records.h"

namespace replog::testing {

// A committer over a FakeStore and a clock that stands still.
class CoreFixture {
 public:
  // What has no log yet gets one named `default`.
  CoreFixture() { AddLog("default"); }

  LogPtr AddLog(const std::string& name, const LogSettings& settings = {}) {
    auto log = std::make_shared<Log>(store.MakeLog(name, settings), tail_bytes);
    logs.Add(log);
    return log;
  }
  LogPtr log(const std::string& name = "default") { return *logs.Find(name); }

  void Start() { committer = std::make_unique<Committer>(options, store, logs, expiries, clock, wakeups); }

  using Outcome = std::future<absl::StatusOr<Appended>>;
  // Puts a batch with these texts into the queue.
  Outcome Append(const LogPtr& to, const std::vector<std::string>& texts) {
    std::vector<std::string> records;
    for (const std::string& text : texts) records.push_back(NewRecord("c", text));
    return Submit(to, MakeRequest(records));
  }
  Outcome Append(const std::string& text) { return Append(log(), {text}); }
  Outcome Submit(const LogPtr& to, AppendRequest request) {
    auto promise = std::make_shared<std::promise<absl::StatusOr<Appended>>>();
    PendingAppend append{to, std::move(request), [promise](absl::StatusOr<Appended> outcome) {
                           promise->set_value(std::move(outcome));
                         }};
    auto future = promise->get_future();
    if (committer->queue().TryPut(append, nullptr) != AppendQueue::Offer::kTaken) {
      promise->set_value(MakeError(Reason::kBusy, "not taken"));
    }
    return future;
  }
  // Makes one group of what `put` puts.
  void InOneGroup(const std::function<void()>& put) {
    store.HoldCommits(true);
    auto first = Append("held");
    store.AwaitHeldCommits(1);
    put();
    store.HoldCommits(false);
    EXPECT_TRUE(first.get().ok());
  }

  // Everything that the store holds of a log.
  std::vector<Seen> Stored(const LogPtr& of) {
    const auto run = store.ReadForward(of->number(), 0, UINT64_MAX, SIZE_MAX, ChannelFilter());
    std::vector<Seen> all;
    for (const ChunkPtr& chunk : run->chunks) {
      for (Seen& record : Decode(chunk->records())) all.push_back(std::move(record));
    }
    return all;
  }

  FakeStore store;
  ManualClock clock;
  LogRegistry logs;
  ExpirySchedule expiries;
  ThreadPool wakeups{2};
  size_t tail_bytes = 1 << 20;
  Committer::Options options;
  std::unique_ptr<Committer> committer;  // the last: it uses the others
};

}  // namespace replog::testing
