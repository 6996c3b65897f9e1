// The six guarantees of the contract, each a suite of its own name, against a real server.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "tests/e2e/peer.h"
#include "tests/support/server_process.h"

namespace replog {
namespace {

using testing::Eventually;
using testing::MakeAppend;
using testing::Peer;
using testing::RefusalOf;
using testing::SequencesOf;
using testing::ServerProcess;
using testing::Subscriber;
using testing::TextsOf;
using Texts = std::vector<std::string>;
using Sequences = std::vector<uint64_t>;

v1::SubscribeRequest From(uint64_t sequence, const std::vector<std::string>& channels = {}) {
  v1::SubscribeRequest request;
  request.set_from_sequence(sequence);
  request.mutable_channels()->Assign(channels.begin(), channels.end());
  return request;
}

v1::SubscribeRequest From(const v1::Position& position) {
  v1::SubscribeRequest request;
  *request.mutable_from_position() = position;
  return request;
}

Sequences Range(uint64_t from, uint64_t until) {
  Sequences range;
  for (uint64_t i = from; i < until; ++i) range.push_back(i);
  return range;
}

// ---------------------------------------------------------------------- 1. ordered, unique, reliable, atomic

// Writers append batches of five, each record naming its writer and batch; readers with and without a filter
// replay and tail meanwhile, much of it from disk, as the tail is small.
TEST(OrderedUniqueReliableAtomic, ReadersDuringWritesSeeEachMatchingRecordOnceInOrderInWholeBatches) {
  constexpr int kWriters = 4;
  constexpr int kBatches = 100;
  constexpr int kBatch = 5;
  constexpr uint64_t kTotal = uint64_t{kWriters} * kBatches * kBatch;
  ServerProcess server({"--tail-bytes", "20KiB"});
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&, writer] {
      Peer peer(server.address());
      for (int batch = 0; batch < kBatches; ++batch) {
        const std::string text = std::to_string(batch);
        const auto answer =
            peer.MustAppend(MakeAppend(Texts(kBatch, text), "writer-" + std::to_string(writer)));
        EXPECT_EQ(answer.last_sequence() - answer.first_sequence() + 1, uint64_t{kBatch});
      }
    });
  }
  const std::vector<std::vector<std::string>> filters{
      {}, {}, {"writer-*"}, {"writer-1"}, {"writer-2", "writer-3"}};
  std::vector<std::vector<v1::Record>> seen(filters.size());
  for (size_t i = 0; i < filters.size(); ++i) {
    threads.emplace_back([&, i] {
      Peer peer(server.address());
      auto request = From(0, filters[i]);
      request.set_max_frame_bytes(4096);
      Subscriber subscriber(peer, request);
      v1::SubscribeResponse frame;
      while (frame.next_sequence() < kTotal && subscriber.Next(frame)) {
        EXPECT_EQ(frame.committed_end() % kBatch, 0u) << "half a batch is visible";
        if (frame.caught_up()) EXPECT_EQ(frame.next_sequence(), frame.committed_end());
        seen[i].insert(seen[i].end(), frame.records().begin(), frame.records().end());
      }
      EXPECT_EQ(frame.next_sequence(), kTotal);
    });
  }
  for (std::thread& thread : threads) thread.join();

  ASSERT_EQ(SequencesOf(seen[0]), Range(0, kTotal));
  std::map<std::string, int> next_of_writer;
  for (uint64_t i = 0; i < kTotal; ++i) {
    const v1::Record& record = seen[0][i];
    ASSERT_EQ(record.text(), std::to_string(next_of_writer[record.channel()] / kBatch))
        << "each writer's own order";
    if (i % kBatch != 0) ASSERT_EQ(record.channel(), seen[0][i - 1].channel()) << "a batch is contiguous";
    if (i > 0) ASSERT_LE(seen[0][i - 1].time().seconds(), record.time().seconds());
    ++next_of_writer[record.channel()];
  }
  for (size_t i = 1; i < filters.size(); ++i) {
    Sequences expected;
    for (const auto& record : seen[0]) {
      const bool wanted =
          i <= 2 || std::find(filters[i].begin(), filters[i].end(), record.channel()) != filters[i].end();
      if (wanted) expected.push_back(record.sequence());
    }
    EXPECT_EQ(SequencesOf(seen[i]), expected) << "reader " << i;
  }
}

// ---------------------------------------------------------------------------------------------- 2. resumable

// A server and a connection to it.
class WithServer : public ::testing::Test {
 protected:
  void KillAndRestart() {
    server_.Kill9();
    server_.Restart();
    peer_.Reconnect();
  }
  ServerProcess server_;
  Peer peer_{server_.address()};
};

class Resumable : public WithServer {};

TEST_F(Resumable, ByNextSequenceAfterTheServerWasKilled) {
  peer_.MustAppend({"a", "b", "c"});
  Subscriber before(peer_, From(0));
  EXPECT_EQ(TextsOf(before.ReadTo(3)), (Texts{"a", "b", "c"}));
  KillAndRestart();
  EXPECT_EQ(before.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  Subscriber after(peer_, From(before.next_sequence()));
  peer_.MustAppend({"d"});
  const auto rest = after.ReadTo(4);
  EXPECT_EQ(TextsOf(rest), Texts{"d"});
  EXPECT_EQ(SequencesOf(rest), Sequences{3});
}

TEST_F(Resumable, ByPositionAfterTheServerWasKilled) {
  peer_.MustAppend({"a", "b"});
  Subscriber before(peer_, From(0));
  before.ReadTo(2);
  const v1::Position position = before.position();
  KillAndRestart();
  Subscriber after(peer_, From(position));
  peer_.MustAppend({"c"});
  EXPECT_EQ(TextsOf(after.ReadTo(3)), Texts{"c"});
  EXPECT_GT(after.position().epoch(), position.epoch()) << "a new term of the server";
  Subscriber again(peer_, From(after.position()));
  peer_.MustAppend({"d"});
  EXPECT_EQ(TextsOf(again.ReadTo(4)), Texts{"d"});
}

TEST_F(Resumable, ByThePositionOfAnAppendsAnswer) {
  const auto answer = peer_.MustAppend({"a", "b"});
  peer_.MustAppend({"c"});
  Subscriber subscriber(peer_, From(answer.position()));
  EXPECT_EQ(TextsOf(subscriber.ReadTo(3)), Texts{"c"});
}

TEST_F(Resumable, ByPositionAlsoWhenTheFilterPassedOverTheRecordsOfALaterEpoch) {
  peer_.MustAppend(MakeAppend({"wanted"}, "a"));
  for (int restart = 0; restart < 2; ++restart) {
    KillAndRestart();
    peer_.MustAppend(MakeAppend({"x", "y"}, "b"));
  }
  KillAndRestart();  // nothing is in memory: the index of channels leads past what does not match
  Subscriber subscriber(peer_, From(0, {"a"}));
  EXPECT_EQ(TextsOf(subscriber.ReadTo(5)), Texts{"wanted"});
  auto resumed = From(subscriber.position());
  resumed.set_until_sequence(5);
  EXPECT_TRUE(Subscriber(peer_, resumed).Finish().ok());
}

TEST_F(Resumable, InTheMiddleOfABatchAfterTheClientWasGone) {
  peer_.MustAppend(Texts(100, std::string(1000, 'x')));
  uint64_t next = 0;
  Sequences all;
  while (next < 100) {  // a client that loses its connection after every frame
    auto request = From(next);
    request.set_max_frame_bytes(16 << 10);
    Subscriber subscriber(peer_, request);
    v1::SubscribeResponse frame;
    ASSERT_TRUE(subscriber.Next(frame));
    ASSERT_GT(frame.next_sequence(), next);
    for (const auto& record : frame.records()) all.push_back(record.sequence());
    next = frame.next_sequence();
  }
  EXPECT_EQ(all, Range(0, 100));
}

// ------------------------------------------------------------------------------------------- 3. bookmarkable

TEST(Bookmarkable, AFrameComesWithinFifteenSecondsAlsoWhenNothingMatches) {
  constexpr std::chrono::seconds kSilence{17};  // 15, and something for a busy machine
  ServerProcess server;
  Peer peer(server.address());
  peer.MustAppend({"a", "b"});
  Subscriber idle(peer, From(0), kSilence);
  Subscriber unmatched(peer, From(0, {"nothing-is-of-this"}), kSilence);
  v1::SubscribeResponse frame;
  ASSERT_TRUE(idle.Next(frame));
  EXPECT_TRUE(frame.caught_up());
  ASSERT_TRUE(unmatched.Next(frame));
  peer.MustAppend(MakeAppend({"c"}, "another"));
  ASSERT_TRUE(idle.Next(frame));
  EXPECT_EQ(frame.records_size(), 1);
  ASSERT_TRUE(unmatched.Next(frame)) << "nothing came before the deadline: "
                                     << unmatched.Finish().error_message();
  EXPECT_EQ(frame.records_size(), 0);
  EXPECT_EQ(frame.next_sequence(), 3u) << "a bookmark moves on past what did not match";
  EXPECT_EQ(frame.committed_end(), 3u);
  ASSERT_TRUE(idle.Next(frame)) << "nothing came before the deadline: " << idle.Finish().error_message();
  EXPECT_EQ(frame.next_sequence(), 3u);
}

// --------------------------------------------------------------------------------- 4. durable before visible

TEST(DurableBeforeVisible, WhatWasAcknowledgedOrShownToAnyReaderSurvivesAKill) {
  ServerProcess server;
  for (int round = 0; round < 4; ++round) {
    const uint64_t begin = Peer(server.address()).GetLog().committed_end();
    std::atomic<uint64_t> acknowledged_end{begin};
    std::vector<std::thread> writers;
    for (int i = 0; i < 4; ++i) {
      writers.emplace_back([&] {
        Peer peer(server.address());
        for (;;) {
          v1::AppendResponse answer;
          grpc::ClientContext context;
          if (!peer.log().Append(&context, MakeAppend({std::to_string(round), "x"}), &answer).ok()) return;
          uint64_t known = acknowledged_end;
          while (known < answer.last_sequence() + 1 &&
                 !acknowledged_end.compare_exchange_weak(known, answer.last_sequence() + 1)) {
          }
        }
      });
    }
    std::vector<v1::Record> shown;
    {
      Peer peer(server.address());
      Subscriber subscriber(peer, From(begin));
      shown = subscriber.ReadTo(begin + 200);
      server.Kill9();
      const auto rest = subscriber.ReadAll();
      shown.insert(shown.end(), rest.begin(), rest.end());
    }
    for (std::thread& writer : writers) writer.join();
    server.Restart();
    Peer peer(server.address());
    const uint64_t end = peer.GetLog().committed_end();
    EXPECT_GE(end, acknowledged_end);
    EXPECT_GE(end, begin + shown.size());
    const auto kept = Subscriber(peer, From(begin)).ReadTo(end);
    ASSERT_EQ(SequencesOf(kept), Range(begin, end));
    for (size_t i = 0; i < shown.size(); ++i) {
      ASSERT_EQ(kept[i].SerializeAsString(), shown[i].SerializeAsString())
          << "record " << shown[i].sequence();
    }
  }
}

// ------------------------------------------------------------------------------------------- 5. never silent

class NeverSilent : public WithServer {
 protected:
  testing::Refusal End(const v1::SubscribeRequest& request) {
    return RefusalOf(Subscriber(peer_, request).Finish());
  }
};

TEST_F(NeverSilent, BelowTheFirstKeptSequenceIsOutOfRangeWithThatSequence) {
  peer_.MustAppend({"a", "b", "c"});
  peer_.MustTrim(2);
  const auto refusal = End(From(1));
  EXPECT_EQ(refusal.code, grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(refusal.reason, "BELOW_FIRST_KEPT");
  EXPECT_EQ(refusal.metadata.at("first_kept_sequence"), "2");
  EXPECT_EQ(TextsOf(Subscriber(peer_, {}).ReadTo(3)), Texts{"c"})
      << "no start is the beginning of what is kept";
}

TEST_F(NeverSilent, PastTheEndIsOutOfRangeWithTheEnd) {
  peer_.MustAppend({"a"});
  const auto refusal = End(From(2));
  EXPECT_EQ(refusal.code, grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(refusal.reason, "PAST_THE_END");
  EXPECT_EQ(refusal.metadata.at("end_sequence"), "1");
  EXPECT_EQ(End(From(UINT64_MAX)).reason, "PAST_THE_END");
}

TEST_F(NeverSilent, AForkedHistoryIsAbortedWithTheForkPoint) {
  auto lost = peer_.MustAppend({"a", "b", "c"}).position();
  KillAndRestart();
  peer_.MustAppend({"d", "e", "f"});
  lost.set_next_sequence(
      5);  // somebody saw records 3 and 4 of the first term, which this history does not have
  const auto refusal = End(From(lost));
  EXPECT_EQ(refusal.code, grpc::StatusCode::ABORTED);
  EXPECT_EQ(refusal.reason, "FORKED");
  EXPECT_EQ(refusal.metadata.at("fork_sequence"), "3");
}

TEST_F(NeverSilent, APositionOfADeletedLogIsAbortedOnItsSuccessor) {
  grpc::ClientContext create, remove, again;
  v1::CreateLogRequest request;
  request.set_log("short-lived");
  v1::CreateLogResponse created;
  ASSERT_TRUE(peer_.admin().CreateLog(&create, request, &created).ok());
  const auto position = peer_.MustAppend(MakeAppend({"a"}, "c", "short-lived")).position();
  auto subscribe = From(position);
  subscribe.set_log("short-lived");
  Subscriber open(peer_, subscribe);
  open.ReadToCaughtUp();
  v1::DeleteLogRequest deletion;
  deletion.set_log("short-lived");
  v1::DeleteLogResponse deleted;
  ASSERT_TRUE(peer_.admin().DeleteLog(&remove, deletion, &deleted).ok());
  const auto ended = RefusalOf(open.Finish());
  EXPECT_EQ(ended.code, grpc::StatusCode::NOT_FOUND) << "its streams end";
  EXPECT_EQ(ended.reason, "LOG_NOT_FOUND");
  ASSERT_TRUE(peer_.admin().CreateLog(&again, request, &created).ok());
  const auto refusal = End(subscribe);
  EXPECT_EQ(refusal.code, grpc::StatusCode::ABORTED);
  EXPECT_EQ(refusal.reason, "WRONG_LOG");
  EXPECT_EQ(refusal.metadata.at("log_uuid"), created.log().uuid());
}

TEST_F(NeverSilent, AReaderWhoseNextRecordIsTrimmedAwayIsToldSo) {
  const std::string text(100 << 10, 'x');
  constexpr uint64_t kRecords = 300;  // far more than the transport takes from a reader that does not read
  for (uint64_t i = 0; i < kRecords; ++i) peer_.MustAppend({text});
  Subscriber slow(peer_, From(0));
  v1::SubscribeResponse frame;
  ASSERT_TRUE(slow.Next(frame));
  Sequences seen;
  for (const auto& record : frame.records()) seen.push_back(record.sequence());
  peer_.MustTrim(kRecords - 1);
  while (slow.Next(frame)) {
    for (const auto& record : frame.records()) seen.push_back(record.sequence());
  }
  const auto refusal = RefusalOf(slow.Finish());
  EXPECT_EQ(refusal.code, grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(refusal.reason, "BELOW_FIRST_KEPT");
  EXPECT_EQ(refusal.metadata.at("first_kept_sequence"), std::to_string(kRecords - 1));
  EXPECT_EQ(seen, Range(0, seen.size())) << "and until then there is no gap";
  EXPECT_LT(seen.size(), kRecords);
}

// ----------------------------------------------------------------------------- 6. a slow reader hurts nobody

TEST(ASlowReaderHurtsNobody, ManyStalledReadersBlockNobodyAndCostOneFrameEach) {
  constexpr int kStalled = 30;
  constexpr int kRequests = 128;
  constexpr uint64_t kRecordsEach = 8;
  const std::string text(128 << 10, 'x');  // 128 MiB in all, of which each stalled reader would hold its copy
  ServerProcess server({"--tail-bytes", "4MiB", "--cache-bytes", "8MiB", "--memtable-bytes", "8MiB"});
  std::vector<std::unique_ptr<Peer>> peers;
  std::vector<std::unique_ptr<Subscriber>> stalled;
  Peer writer(server.address());
  for (int i = 0; i < kStalled; ++i) {
    peers.push_back(std::make_unique<Peer>(server.address()));
    stalled.push_back(std::make_unique<Subscriber>(*peers.back(), From(0)));
  }
  Eventually("all are subscribed", [&] { return writer.GetLog().subscribers() == kStalled; });
  Peer reader(server.address());
  Subscriber fast(reader, From(0));
  for (int i = 0; i < kRequests; ++i) {
    writer.MustAppend(Texts(kRecordsEach, text));
    fast.ReadTo(static_cast<uint64_t>(i + 1) * kRecordsEach);  // another reader goes on in step
  }
  const size_t bound = (testing::UnderAddressSanitizer() ? size_t{1000} : size_t{400}) << 20;
  EXPECT_LT(server.ResidentBytes(), bound);
  EXPECT_EQ(writer.GetLog().subscribers(), kStalled + 1u) << "nobody was dropped";
  EXPECT_EQ(SequencesOf(stalled[0]->ReadTo(kRequests * kRecordsEach)), Range(0, kRequests * kRecordsEach));
}

}  // namespace
}  // namespace replog
