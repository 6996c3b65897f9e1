// The calls of Client that are about nodes.
#include <gtest/gtest.h>

#include <thread>

#include "client/client.h"
#include "tests/client/fake_server.h"

namespace replog::client {
namespace {

using std::chrono::milliseconds;

TEST(ClientNodes, AcknowledgeGivesTheCursor) {
  FakeServer server;
  server.OnAcknowledge([](const v1::AcknowledgeRequest& request, v1::AcknowledgeResponse& response) {
    EXPECT_EQ(request.log(), "l");
    EXPECT_EQ(request.node(), "a");
    EXPECT_EQ(request.next_sequence(), 3u);
    EXPECT_TRUE(request.allow_backwards());
    response.set_cursor(3);
    return grpc::Status::OK;
  });
  EXPECT_EQ(*server.MakeClient().Acknowledge("a", 3, /*allow_backwards=*/true, "l"), 3u);
}

TEST(ClientNodes, AwaitSyncAsksForASequenceOrAKey) {
  FakeServer server;
  server.OnAwaitSync([](const v1::AwaitSyncRequest& request, v1::AwaitSyncResponse& response) {
    EXPECT_EQ(request.sequence(), 0u);
    EXPECT_EQ(request.target_case(), v1::AwaitSyncRequest::kSequence);
    EXPECT_EQ(request.fleet(), "f");
    EXPECT_EQ(request.origin(), "o");
    EXPECT_EQ(request.timeout().seconds(), 2);
    EXPECT_EQ(request.timeout().nanos(), 500'000'000);
    response.set_outcome(v1::AwaitSyncResponse::PARTIALLY_SYNCED);
    auto* node = response.add_nodes();
    node->set_node("a");
    node->set_synced(true);
    node->set_applied(0);
    node = response.add_nodes();
    node->set_node("b");
    node->set_lag(7);
    return grpc::Status::OK;
  });
  const auto result = server.MakeClient().AwaitSync(
      {.target = uint64_t{0}, .choice = {.fleet = "f"}, .origin = "o", .timeout = milliseconds(2'500)});
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  EXPECT_EQ(result->outcome, SyncOutcome::kPartiallySynced);
  ASSERT_EQ(result->nodes.size(), 2u);
  EXPECT_EQ(result->nodes[0].applied, 0u);
  EXPECT_EQ(result->nodes[1].applied, std::nullopt);
  EXPECT_EQ(result->nodes[1].lag, 7u);
  FakeServer by_key;
  by_key.OnAwaitSync([](const v1::AwaitSyncRequest& request, v1::AwaitSyncResponse& response) {
    EXPECT_EQ(request.key().channel(), "c");
    EXPECT_EQ(request.key().key(), "k");
    EXPECT_EQ(request.nodes_size(), 2);
    response.set_outcome(v1::AwaitSyncResponse::SYNCED);
    response.set_sequence(9);
    return grpc::Status::OK;
  });
  const auto synced =
      by_key.MakeClient().AwaitSync({.target = SyncKey{"c", "k"}, .choice = {.nodes = {"a", "b"}}});
  ASSERT_TRUE(synced.ok()) << synced.status().ToString();
  EXPECT_EQ(synced->outcome, SyncOutcome::kSynced);
  EXPECT_EQ(synced->sequence, 9u);
}

// The server's own wait does not count against the time-out of calls.
TEST(ClientNodes, ABarrierMayWaitLongerThanACallTakes) {
  FakeServer server;
  server.OnAwaitSync([](const v1::AwaitSyncRequest&, v1::AwaitSyncResponse& response) {
    std::this_thread::sleep_for(milliseconds(50));  // the wait itself
    response.set_outcome(v1::AwaitSyncResponse::TIMEOUT);
    return grpc::Status::OK;
  });
  ClientOptions options = server.MakeOptions();
  options.call_timeout = milliseconds(1);
  const auto result = Client(options).AwaitSync({.target = uint64_t{0}, .timeout = std::chrono::seconds(60)});
  EXPECT_TRUE(result.ok()) << result.status().ToString();
}

TEST(ClientNodes, ListsNodes) {
  FakeServer server;
  server.OnListNodes([](const v1::ListNodesRequest& request, v1::ListNodesResponse& response) {
    EXPECT_EQ(request.fleet(), "f");
    auto* node = response.add_nodes();
    node->set_node("a");
    node->set_fleet("f");
    node->set_state(v1::NodeInfo::TAILING);
    node->set_cursor(0);
    node->set_next_sequence(2);
    node->set_lag_records(2);
    node->mutable_lag_time()->set_seconds(1);
    node->mutable_lag_time()->set_nanos(500'000'000);
    node->mutable_last_acknowledged()->set_seconds(5);
    node->set_address("ipv4:1.2.3.4:5");
    response.add_nodes()->set_node("b");
    return grpc::Status::OK;
  });
  const auto nodes = server.MakeClient().ListNodes("f");
  ASSERT_TRUE(nodes.ok()) << nodes.status().ToString();
  ASSERT_EQ(nodes->size(), 2u);
  const NodeInfo& a = nodes->front();
  EXPECT_EQ(a.state, NodeState::kTailing);
  EXPECT_EQ(a.cursor, 0u);
  EXPECT_EQ(a.next_sequence, 2u);
  EXPECT_EQ(a.lag_time, milliseconds(1'500));
  EXPECT_EQ(a.last_acknowledged, Time(std::chrono::seconds(5)));
  EXPECT_EQ(a.address, "ipv4:1.2.3.4:5");
  EXPECT_EQ(nodes->back().cursor, std::nullopt);
  EXPECT_EQ(nodes->back().last_acknowledged, std::nullopt);
}

TEST(ClientNodes, ForgetsANode) {
  FakeServer server;
  server.OnForgetNode([](const v1::ForgetNodeRequest& request, v1::ForgetNodeResponse&) {
    EXPECT_EQ(request.node(), "a");
    return ErrorWithReason(grpc::StatusCode::FAILED_PRECONDITION, "NODE_CONNECTED");
  });
  EXPECT_EQ(server.MakeClient().ForgetNode("a").reason(), "NODE_CONNECTED");
}

TEST(ClientNodes, AuditGivesDigestsAndWhatEachNodeHolds) {
  FakeServer server;
  server.OnAudit([](const v1::AuditRequest& request, v1::AuditResponse& response) {
    EXPECT_EQ(request.nodes(0), "a");
    EXPECT_EQ(request.timeout().seconds(), 10);
    response.set_sequence(8);
    auto* digest = response.add_digests();
    digest->set_channel("c");
    digest->set_keys(2);
    digest->set_digest(std::string("\xab") + std::string(31, '\0'));
    auto* node = response.add_nodes();
    node->set_node("a");
    node->set_outcome(v1::NodeAudit::DIVERGED);
    node->set_connected(true);
    node->add_diverged_channels("c");
    return grpc::Status::OK;
  });
  const auto result = server.MakeClient().Audit({.choice = {.nodes = {"a"}}});
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  EXPECT_EQ(result->sequence, 8u);
  EXPECT_EQ(result->digests[0].Hex(), "ab" + std::string(62, '0'));
  EXPECT_EQ(result->nodes[0].outcome, AuditOutcome::kDiverged);
  EXPECT_EQ(result->nodes[0].diverged_channels, std::vector<std::string>{"c"});
}

}  // namespace
}  // namespace replog::client
