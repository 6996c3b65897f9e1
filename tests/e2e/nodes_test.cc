// Nodes, their cursors and the sync barrier, from outside.

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "proto/wire/table_digest.h"
#include "replog/v1/system.pb.h"
#include "tests/e2e/peer.h"
#include "tests/support/server_process.h"

namespace replog {
namespace {

using grpc::StatusCode;
using testing::MakeAppend;
using testing::Peer;
using testing::Refusal;
using testing::RefusalOf;
using testing::ServerProcess;
using testing::Subscriber;
using Outcome = v1::AwaitSyncResponse;

v1::SubscribeRequest AsNode(const std::string& node, const std::string& fleet = "") {
  v1::SubscribeRequest request;
  request.set_node(node);
  request.set_fleet(fleet);
  return request;
}

class Nodes : public ::testing::Test {
 protected:
  void KillAndRestart() {
    server_.Kill9();
    server_.Restart();
    peer_.Reconnect();
  }
  Refusal Acknowledge(const v1::AcknowledgeRequest& request, v1::AcknowledgeResponse* answer = nullptr) {
    grpc::ClientContext context;
    v1::AcknowledgeResponse response;
    const auto status = peer_.log().Acknowledge(&context, request, &response);
    if (answer != nullptr) *answer = response;
    return RefusalOf(status);
  }
  Refusal Acknowledge(const std::string& node, uint64_t next, bool backwards = false) {
    v1::AcknowledgeRequest request;
    request.set_node(node);
    request.set_next_sequence(next);
    request.set_allow_backwards(backwards);
    return Acknowledge(request);
  }
  std::map<std::string, v1::NodeInfo> List(const std::string& fleet = "") {
    grpc::ClientContext context;
    v1::ListNodesRequest request;
    request.set_fleet(fleet);
    v1::ListNodesResponse response;
    const auto status = peer_.admin().ListNodes(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    std::map<std::string, v1::NodeInfo> nodes;
    for (const auto& node : response.nodes()) nodes[node.node()] = node;
    return nodes;
  }
  Refusal Forget(const std::string& node) {
    grpc::ClientContext context;
    v1::ForgetNodeRequest request;
    request.set_node(node);
    v1::ForgetNodeResponse response;
    return RefusalOf(peer_.admin().ForgetNode(&context, request, &response));
  }
  Refusal AwaitSync(const v1::AwaitSyncRequest& request, v1::AwaitSyncResponse* response) {
    grpc::ClientContext context;
    return RefusalOf(peer_.log().AwaitSync(&context, request, response));
  }
  v1::AwaitSyncResponse MustAwait(uint64_t sequence, int64_t timeout_ms, const std::string& fleet = "") {
    v1::AwaitSyncRequest request;
    request.set_sequence(sequence);
    request.set_fleet(fleet);
    request.mutable_timeout()->set_seconds(timeout_ms / 1000);
    request.mutable_timeout()->set_nanos(static_cast<int32_t>(timeout_ms % 1000 * 1'000'000));
    v1::AwaitSyncResponse response;
    EXPECT_EQ(AwaitSync(request, &response).code, StatusCode::OK);
    return response;
  }

  ServerProcess server_;
  Peer peer_{server_.address()};
};

// A node that applies what it gets and acknowledges when it is asked to, on a thread of its own.
class LiveNode {
 public:
  LiveNode(const std::string& address, const v1::SubscribeRequest& request)
      : node_(request.node()), peer_(address), subscriber_(peer_, request), thread_([this] { Run(); }) {}
  ~LiveNode() {
    subscriber_.Cancel();
    thread_.join();
  }

 private:
  void Run() {
    v1::SubscribeResponse frame;
    while (subscriber_.Next(frame)) {
      if (!frame.acknowledge()) continue;
      grpc::ClientContext context;
      v1::AcknowledgeRequest request;
      request.set_node(node_);
      request.set_next_sequence(frame.next_sequence());
      v1::AcknowledgeResponse response;
      peer_.log().Acknowledge(&context, request, &response);
    }
  }
  const std::string node_;
  Peer peer_;
  Subscriber subscriber_;
  std::thread thread_;
};

TEST_F(Nodes, ACursorSurvivesKill9AndASubscriptionBeginsThere) {
  peer_.MustAppend({"0", "1", "2", "3", "4"});
  v1::AcknowledgeRequest request;
  request.set_node("a");
  request.set_next_sequence(3);
  v1::AcknowledgeResponse response;
  ASSERT_EQ(Acknowledge(request, &response).code, StatusCode::OK);
  EXPECT_EQ(response.cursor(), 3u);
  KillAndRestart();
  auto from_cursor = AsNode("a");
  from_cursor.set_from_cursor(true);
  from_cursor.set_until_sequence(5);
  EXPECT_EQ(testing::SequencesOf(Subscriber(peer_, from_cursor).ReadAll()), (std::vector<uint64_t>{3, 4}));
  auto no_cursor = AsNode("b");
  no_cursor.set_from_cursor(true);
  no_cursor.set_until_sequence(5);
  EXPECT_EQ(Subscriber(peer_, no_cursor).ReadAll().size(), 5u) << "without a cursor: from the beginning";
}

TEST_F(Nodes, ACursorBelowWhatIsKeptIsRefusedAndNotSkipped) {
  for (int i = 0; i < 10; ++i) peer_.MustAppend({"x"});
  ASSERT_EQ(Acknowledge("a", 3).code, StatusCode::OK);
  peer_.MustTrim(7);
  auto request = AsNode("a");
  request.set_from_cursor(true);
  Subscriber subscriber(peer_, request);
  v1::SubscribeResponse frame;
  EXPECT_FALSE(subscriber.Next(frame));
  const auto refusal = RefusalOf(subscriber.Finish());
  EXPECT_EQ(refusal.reason, "BELOW_FIRST_KEPT");
  EXPECT_EQ(refusal.metadata.at("first_kept_sequence"), "7");
}

TEST_F(Nodes, AnAcknowledgementBackwardsOrPastTheEndIsRefused) {
  peer_.MustAppend({"0", "1", "2"});
  ASSERT_EQ(Acknowledge("a", 2).code, StatusCode::OK);
  ASSERT_EQ(Acknowledge("a", 2).code, StatusCode::OK) << "again is no harm";
  EXPECT_EQ(Acknowledge("a", 1).reason, "CURSOR_BACKWARDS");
  EXPECT_EQ(Acknowledge("a", 1).metadata.at("cursor"), "2");
  EXPECT_EQ(Acknowledge("a", 4).reason, "PAST_THE_END");
  EXPECT_EQ(Acknowledge("a", 4, true).reason, "PAST_THE_END");
  EXPECT_EQ(List().at("a").cursor(), 2u);
  EXPECT_EQ(Acknowledge("a", 1, true).code, StatusCode::OK);
  EXPECT_EQ(List().at("a").cursor(), 1u);
}

TEST_F(Nodes, TheNewestStreamOwnsTheNameAndTheOlderEndsWithAborted) {
  Subscriber older(peer_, AsNode("a"));
  older.ReadToCaughtUp();
  Subscriber newer(peer_, AsNode("a"));
  newer.ReadToCaughtUp();
  v1::SubscribeResponse frame;
  while (older.Next(frame)) {
  }
  const auto refusal = RefusalOf(older.Finish());
  EXPECT_EQ(refusal.code, StatusCode::ABORTED);
  EXPECT_EQ(refusal.reason, "SUPERSEDED");
  peer_.MustAppend({"x"});
  EXPECT_EQ(newer.ReadTo(1).size(), 1u);
}

TEST_F(Nodes, AreListedWithStatePositionAndLag) {
  peer_.MustAppend({"0", "1", "2"});
  {
    Subscriber a(peer_, AsNode("a", "chat"));
    a.ReadToCaughtUp();
    ASSERT_EQ(Acknowledge("a", 2).code, StatusCode::OK);
    const auto node = List("chat").at("a");
    EXPECT_EQ(node.state(), v1::NodeInfo::TAILING);
    EXPECT_EQ(node.fleet(), "chat");
    EXPECT_EQ(node.cursor(), 2u);
    EXPECT_EQ(node.next_sequence(), 3u);
    EXPECT_EQ(node.lag_records(), 1u);
    EXPECT_FALSE(node.address().empty());
    EXPECT_TRUE(node.has_last_acknowledged());
    EXPECT_EQ(Forget("a").reason, "NODE_CONNECTED");
  }
  testing::Eventually("the node is gone", [&] { return List().at("a").state() == v1::NodeInfo::GONE; });
  EXPECT_TRUE(List("gateways").empty());
  KillAndRestart();
  EXPECT_EQ(List().at("a").fleet(), "chat");
  EXPECT_EQ(Forget("a").code, StatusCode::OK);
  EXPECT_EQ(Forget("a").reason, "NODE_NOT_FOUND");
  EXPECT_TRUE(List().empty());
}

TEST_F(Nodes, TheSystemLogShowsThemAsThePublishedMessage) {
  peer_.MustAppend({"0", "1"});
  Subscriber subscriber(peer_, AsNode("a", "chat"));
  subscriber.ReadToCaughtUp();
  ASSERT_EQ(Acknowledge("a", 2).code, StatusCode::OK);
  v1::LookupRequest request;
  request.set_log("_system");
  request.set_channel("nodes");
  v1::LookupResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(peer_.log().Lookup(&context, request, &response).ok());
  ASSERT_EQ(response.records_size(), 1);
  EXPECT_EQ(response.records(0).key(), peer_.GetLog().uuid() + "/a");
  v1::NodeRecord node;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(response.records(0).text(), &node).ok());
  EXPECT_EQ(node.node(), "a");
  EXPECT_EQ(node.log(), "default");
  EXPECT_EQ(node.fleet(), "chat");
  EXPECT_EQ(node.cursor().next_sequence(), 2u);
  EXPECT_EQ(node.cursor().log_uuid(), peer_.GetLog().uuid());
  EXPECT_GT(node.acknowledged().seconds(), 0);
}

TEST_F(Nodes, ABarrierIsSyncedOnceEveryNodeHasAcknowledged) {
  std::vector<std::unique_ptr<LiveNode>> nodes;
  for (int i = 0; i < 5; ++i)
    nodes.push_back(
        std::make_unique<LiveNode>(server_.address(), AsNode("node" + std::to_string(i), "gateways")));
  testing::Eventually("all are registered", [&] { return List("gateways").size() == 5; });
  for (int i = 0; i < 20; ++i) {
    const auto sequence = peer_.MustAppend({"token"}).first_sequence();
    const auto answer = MustAwait(sequence, 60'000, "gateways");
    EXPECT_EQ(answer.outcome(), Outcome::SYNCED);
    EXPECT_EQ(answer.sequence(), sequence);
    ASSERT_EQ(answer.nodes_size(), 5);
    for (const auto& node : answer.nodes()) EXPECT_GT(node.applied(), sequence) << node.node();
  }
}

TEST_F(Nodes, TheOutcomesOfABarrier) {
  const auto sequence = peer_.MustAppend({"token"}).first_sequence();
  for (const char* node : {"a", "b"}) ASSERT_EQ(Acknowledge(node, sequence + 1).code, StatusCode::OK);
  EXPECT_EQ(MustAwait(sequence, 60'000).outcome(), Outcome::SYNCED);
  ASSERT_EQ(Acknowledge("gone1", 0).code, StatusCode::OK);
  EXPECT_EQ(MustAwait(sequence, 50).outcome(), Outcome::PARTIALLY_SYNCED);
  ASSERT_EQ(Acknowledge("gone2", 0).code, StatusCode::OK);
  EXPECT_EQ(MustAwait(sequence, 50).outcome(), Outcome::NOT_SYNCED);
  Subscriber silent(peer_, AsNode("silent"));
  silent.ReadToCaughtUp();
  const auto answer = MustAwait(sequence, 50);
  EXPECT_EQ(answer.outcome(), Outcome::TIMEOUT);
  for (const auto& node : answer.nodes()) {
    EXPECT_EQ(node.connected(), node.node() == "silent");
    EXPECT_EQ(node.synced(), node.node() == "a" || node.node() == "b");
  }
}

TEST_F(Nodes, ANodeThatBeginsAnewIsNotSyncedByItsFormerCursor) {
  peer_.MustAppend({"0", "1", "2", "3", "4"});
  ASSERT_EQ(Acknowledge("a", 5).code, StatusCode::OK);
  ASSERT_EQ(MustAwait(3, 60'000).outcome(), Outcome::SYNCED);
  for (const bool table : {false, true}) {
    auto anew = AsNode("a");
    anew.set_table(table);
    Subscriber subscriber(peer_, anew);
    subscriber.ReadToCaughtUp();
    const auto behind = MustAwait(3, 50);
    EXPECT_EQ(behind.outcome(), Outcome::TIMEOUT) << table;
    EXPECT_EQ(behind.nodes(0).applied(), 0u);
    EXPECT_EQ(List().at("a").cursor(), 5u);
    EXPECT_EQ(Acknowledge("a", 4).reason, "CURSOR_BACKWARDS");
    const auto synced = MustAwait(3, 60'000);
    EXPECT_EQ(synced.outcome(), Outcome::SYNCED) << table;
    EXPECT_EQ(synced.nodes(0).applied(), 4u);
  }
}

TEST_F(Nodes, ABarrierByKeyAsksOnlyNodesThatGetItsChannel) {
  v1::AppendRequest put = MakeAppend({"secret"}, "tokens");
  put.mutable_records(0)->set_key("t1");
  const auto sequence = peer_.MustAppend(put).first_sequence();
  auto filtered = AsNode("filtered");
  filtered.add_channels("other");
  Subscriber other(peer_, filtered);
  other.ReadToCaughtUp();
  LiveNode live(server_.address(), AsNode("live"));
  testing::Eventually("both are registered", [&] { return List().size() == 2; });
  v1::AwaitSyncRequest request;
  request.mutable_key()->set_channel("tokens");
  request.mutable_key()->set_key("t1");
  request.mutable_timeout()->set_seconds(60);
  v1::AwaitSyncResponse response;
  EXPECT_EQ(AwaitSync(request, &response).code, StatusCode::OK);
  EXPECT_EQ(response.outcome(), Outcome::SYNCED);
  EXPECT_EQ(response.sequence(), sequence);
  ASSERT_EQ(response.nodes_size(), 1);
  EXPECT_EQ(response.nodes(0).node(), "live");
  request.mutable_key()->set_key("t2");
  EXPECT_EQ(AwaitSync(request, &response).reason, "KEY_NOT_FOUND");
}

TEST_F(Nodes, ABarrierAnswersWhenTheServerStops) {
  const auto sequence = peer_.MustAppend({"token"}).first_sequence();
  Subscriber asked(peer_, AsNode("asked"));
  asked.ReadToCaughtUp();
  Refusal refusal;
  std::thread waiting([&] {
    v1::AwaitSyncRequest request;
    request.set_sequence(sequence);
    request.mutable_timeout()->set_seconds(60);
    v1::AwaitSyncResponse response;
    refusal = AwaitSync(request, &response);
  });
  v1::SubscribeResponse frame;
  while (!frame.acknowledge()) ASSERT_TRUE(asked.Next(frame));  // somebody waits
  EXPECT_EQ(server_.Terminate(), 0);
  waiting.join();
  EXPECT_EQ(refusal.code, StatusCode::UNAVAILABLE);
}

TEST_F(Nodes, BadInputNamesTheFieldAndMakesNoNode) {
  peer_.MustAppend({"x"});
  const std::string long_name(257, 'n');
  EXPECT_EQ(Acknowledge("", 0).metadata.at("field"), "node");
  EXPECT_EQ(Acknowledge(long_name, 0).metadata.at("limit"), "256");
  v1::AcknowledgeRequest no_sequence;
  no_sequence.set_node("a");
  EXPECT_EQ(Acknowledge(no_sequence).metadata.at("field"), "next_sequence");
  v1::AcknowledgeRequest of_system;
  of_system.set_log("_system");
  of_system.set_node("a");
  of_system.set_next_sequence(0);
  EXPECT_EQ(Acknowledge(of_system).reason, "LOG_PROTECTED");
  const auto refusal_of = [&](const v1::SubscribeRequest& request) {
    Subscriber subscriber(peer_, request);
    v1::SubscribeResponse frame;
    EXPECT_FALSE(subscriber.Next(frame));
    return RefusalOf(subscriber.Finish());
  };
  EXPECT_EQ(refusal_of(AsNode("", "fleet")).metadata.at("field"), "fleet");
  EXPECT_EQ(refusal_of(AsNode(long_name)).metadata.at("field"), "node");
  EXPECT_EQ(refusal_of(AsNode("a\n")).metadata.at("field"), "node");
  v1::SubscribeRequest no_node;
  no_node.set_from_cursor(true);
  EXPECT_EQ(refusal_of(no_node).metadata.at("field"), "from_cursor");
  EXPECT_TRUE(List().empty());

  v1::AwaitSyncResponse response;
  v1::AwaitSyncRequest request;
  EXPECT_EQ(AwaitSync(request, &response).metadata.at("field"), "sequence");
  request.set_sequence(1);
  EXPECT_EQ(AwaitSync(request, &response).reason, "PAST_THE_END");
  request.set_sequence(0);
  EXPECT_EQ(AwaitSync(request, &response).reason, "NO_EXPECTED_NODES");
  request.mutable_timeout()->set_seconds(61);
  EXPECT_EQ(AwaitSync(request, &response).metadata.at("field"), "timeout");
  request.clear_timeout();
  request.add_nodes("a");
  request.set_fleet("b");
  EXPECT_EQ(AwaitSync(request, &response).metadata.at("field"), "fleet");
}

// A node that keeps a map of the log's keyed records, and answers checkpoints with its digests.
class MapNode {
 public:
  MapNode(const std::string& address, const std::string& name)
      : node_(name), peer_(address), subscriber_(peer_, AsNode(name)), thread_([this] { Run(); }) {}
  ~MapNode() {
    subscriber_.Cancel();
    thread_.join();
  }
  // From now on every answer has one row too many.
  void Corrupt() { corrupted_ = true; }

 private:
  void Run() {
    v1::SubscribeResponse frame;
    while (subscriber_.Next(frame)) {
      for (const auto& record : frame.records()) rows_[{record.channel(), record.key()}] = record;
      if (frame.has_digest_checkpoint()) Answer(frame.digest_checkpoint());
    }
  }
  void Answer(uint64_t checkpoint) {
    std::map<std::string, wire::TableDigest> digests;
    wire::RowHasher hasher;
    if (corrupted_) digests["orders"].Add(hasher.Hash({}));
    for (const auto& [key, record] : rows_) {
      const std::string encoded = record.SerializeAsString();
      if (!record.deleted()) digests[key.first].Add(hasher.Hash(*wire::DecodeRecord(encoded)));
    }
    v1::AcknowledgeRequest request;
    request.set_node(node_);
    request.set_next_sequence(checkpoint);
    request.set_digest_sequence(checkpoint);
    for (const auto& [channel, digest] : digests) {
      auto& out = *request.add_digests();
      out.set_channel(channel);
      out.set_version(1);
      const auto bytes = digest.bytes();
      out.set_digest(std::string(bytes.begin(), bytes.end()));
      out.set_keys(digest.keys());
    }
    grpc::ClientContext context;
    v1::AcknowledgeResponse response;
    peer_.log().Acknowledge(&context, request, &response);
  }
  const std::string node_;
  std::atomic<bool> corrupted_{false};
  std::map<std::pair<std::string, std::string>, v1::Record> rows_;
  Peer peer_;
  Subscriber subscriber_;
  std::thread thread_;
};

class Audit : public Nodes {
 protected:
  Refusal Run(const v1::AuditRequest& request, v1::AuditResponse* response) {
    grpc::ClientContext context;
    return RefusalOf(peer_.admin().Audit(&context, request, response));
  }
  v1::AuditResponse MustRun() {
    v1::AuditRequest request;
    request.mutable_timeout()->set_seconds(60);
    v1::AuditResponse response;
    const auto refusal = Run(request, &response);
    EXPECT_EQ(refusal.code, StatusCode::OK) << refusal.message;
    return response;
  }
  void Put(const std::string& channel, const std::string& key, const std::string& text) {
    v1::AppendRequest request = MakeAppend({text}, channel);
    request.mutable_records(0)->set_key(key);
    peer_.MustAppend(request);
  }
};

TEST_F(Audit, FindsWhoHoldsTheSameAndWhereOneDiverged) {
  MapNode same(server_.address(), "same");
  MapNode drifted(server_.address(), "drifted");
  testing::Eventually("both are registered", [&] { return List().size() == 2; });
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    Peer peer(server_.address());
    for (int i = 0; !stop; ++i) {
      v1::AppendRequest request = MakeAppend({std::to_string(i)}, i % 2 == 0 ? "orders" : "users");
      request.mutable_records(0)->set_key(std::to_string(i % 50));
      if (i % 7 == 0) {
        request.mutable_records(0)->clear_text();
        request.mutable_records(0)->set_deleted(true);
      }
      peer.MustAppend(request);
    }
  });
  for (int round = 0; round < 10; ++round) {
    const auto report = MustRun();
    ASSERT_EQ(report.nodes_size(), 2);
    for (const auto& node : report.nodes())
      EXPECT_EQ(node.outcome(), v1::NodeAudit::SAME) << node.DebugString();
  }
  drifted.Corrupt();
  const auto report = MustRun();
  stop = true;
  writer.join();
  EXPECT_EQ(report.nodes(0).node(), "drifted");
  EXPECT_EQ(report.nodes(0).outcome(), v1::NodeAudit::DIVERGED);
  ASSERT_EQ(report.nodes(0).diverged_channels_size(), 1);
  EXPECT_EQ(report.nodes(0).diverged_channels(0), "orders");
  EXPECT_EQ(report.nodes(1).outcome(), v1::NodeAudit::SAME);
}

TEST_F(Audit, AnAnswerCountsWhenItIsAcceptedOrOnlyBehindTheCursor) {
  Put("orders", "1", "x");
  auto all = AsNode("a");
  Subscriber node(peer_, all);
  node.ReadToCaughtUp();
  v1::AuditResponse report;
  std::thread audit([&] { report = MustRun(); });
  v1::SubscribeResponse frame;
  while (!frame.has_digest_checkpoint()) ASSERT_TRUE(node.Next(frame));
  v1::AcknowledgeRequest answer;
  answer.set_node("a");
  answer.set_digest_sequence(frame.digest_checkpoint());
  answer.set_next_sequence(100);
  EXPECT_EQ(Acknowledge(answer).reason, "PAST_THE_END") << "and not taken for a node without keys";
  v1::DigestTableRequest range;
  range.set_channel("orders");
  v1::DigestTableResponse table;
  grpc::ClientContext context;
  ASSERT_TRUE(peer_.log().DigestTable(&context, range, &table).ok());
  peer_.MustAppend({"later"});
  ASSERT_EQ(Acknowledge("a", frame.digest_checkpoint() + 1).code, StatusCode::OK);
  answer.set_next_sequence(frame.digest_checkpoint());
  auto& digest = *answer.add_digests();
  digest.set_channel("orders");
  digest.set_version(1);
  digest.set_digest(table.ranges(0).digest());
  digest.set_keys(table.ranges(0).keys());
  EXPECT_EQ(Acknowledge(answer).reason, "CURSOR_BACKWARDS");
  audit.join();
  ASSERT_EQ(report.nodes_size(), 1);
  EXPECT_EQ(report.nodes(0).outcome(), v1::NodeAudit::SAME) << report.DebugString();
}

TEST_F(Audit, DigestsOfRangesAddUpToTheChannels) {
  for (int i = 0; i < 100; ++i) Put("orders", std::to_string(i), "x");
  ASSERT_EQ(Acknowledge("gone", 0).code, StatusCode::OK);
  const auto report = MustRun();
  EXPECT_EQ(report.sequence(), 100u);
  ASSERT_EQ(report.digests_size(), 1);
  EXPECT_EQ(report.nodes(0).outcome(), v1::NodeAudit::NO_ANSWER);
  v1::DigestTableRequest request;
  request.set_channel("orders");
  v1::DigestTableResponse whole;
  grpc::ClientContext context;
  ASSERT_TRUE(peer_.log().DigestTable(&context, request, &whole).ok());
  ASSERT_EQ(whole.ranges_size(), 1);
  EXPECT_EQ(whole.ranges(0).digest(), report.digests(0).digest());
  EXPECT_EQ(whole.ranges(0).keys(), 100u);
  request.add_range_ends("50");
  v1::DigestTableResponse halves;
  grpc::ClientContext again;
  ASSERT_TRUE(peer_.log().DigestTable(&again, request, &halves).ok());
  ASSERT_EQ(halves.ranges_size(), 2);
  EXPECT_EQ(halves.ranges(0).keys() + halves.ranges(1).keys(), 100u);
}

TEST_F(Audit, BadInputNamesTheField) {
  v1::AuditResponse response;
  v1::AuditRequest request;
  EXPECT_EQ(Run(request, &response).reason, "NO_EXPECTED_NODES");
  request.mutable_timeout()->set_seconds(-1);
  EXPECT_EQ(Run(request, &response).metadata.at("field"), "timeout");
  v1::AcknowledgeRequest digests;
  digests.set_node("a");
  digests.set_next_sequence(0);
  auto& digest = *digests.add_digests();
  EXPECT_EQ(Acknowledge(digests).metadata.at("field"), "digest_sequence");
  digests.set_digest_sequence(0);
  EXPECT_EQ(Acknowledge(digests).metadata.at("field"), "digests[0].channel");
  digest.set_channel("c");
  EXPECT_EQ(Acknowledge(digests).metadata.at("field"), "digests[0].version");
  digest.set_version(1);
  EXPECT_EQ(Acknowledge(digests).metadata.at("field"), "digests[0].digest");
  digest.set_digest(std::string(32, 'x'));
  *digests.add_digests() = digest;
  EXPECT_EQ(Acknowledge(digests).metadata.at("field"), "digests[1].channel");
  digests.set_digest_sequence(1);
  EXPECT_EQ(Acknowledge(digests).metadata.at("field"), "digest_sequence");
  EXPECT_TRUE(List().empty());
  v1::DigestTableRequest ranges;
  v1::DigestTableResponse none;
  const auto refusal_of = [&] {
    grpc::ClientContext context;
    return RefusalOf(peer_.log().DigestTable(&context, ranges, &none));
  };
  EXPECT_EQ(refusal_of().metadata.at("field"), "channel");
  ranges.set_channel("c");
  ranges.add_range_ends("b");
  ranges.add_range_ends("a");
  EXPECT_EQ(refusal_of().metadata.at("field"), "range_ends");
}

}  // namespace
}  // namespace replog
