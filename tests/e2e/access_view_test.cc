// What a principal gets to see: of a channel that it was not granted neither the records nor the name, by no
// way.

#include <gtest/gtest.h>

#include "replog/v1/leases.pb.h"
#include "tests/e2e/access_server.h"

namespace replog {
namespace {

using grpc::StatusCode;
using testing::AccessServer;
using testing::Headers;
using testing::MakeAppend;
using testing::Refusal;

constexpr const char* kPrincipals = R"(
- name: root
  tokens: [{id: t, sha256: TOKEN(root)}]
  grants: [{verbs: [read, append, node, lease, admin], logs: ["*", "_*"]}]
- name: alice
  tokens: [{id: t, sha256: TOKEN(alice)}]
  grants:
    - {verbs: [read, append], logs: [default], channels: ["room-*"]}
    - {verbs: [node], logs: [default], nodes: ["alice-*"]}
    - {verbs: [lease], leases: ["alice-*"]}
- name: everywhere
  tokens: [{id: t, sha256: TOKEN(everywhere)}]
  grants: [{verbs: [read, append, node, lease, admin], logs: ["*"]}]
- name: keeper
  tokens: [{id: t, sha256: TOKEN(keeper)}]
  grants: [{verbs: [admin], logs: [default]}, {verbs: [read], logs: [default], channels: ["room-*"]}]
)";

v1::AppendRequest Keyed(const std::string& channel, const std::string& key, const std::string& text) {
  auto request = MakeAppend({text}, channel);
  request.mutable_records(0)->set_key(key);
  return request;
}

template <typename Records>
std::vector<std::string> ChannelsOf(const Records& records) {
  std::vector<std::string> channels;
  for (const auto& record : records) channels.push_back(record.channel());
  return channels;
}

using Names = std::vector<std::string>;

// A log with the records room-1, secret, room-2, secret, room-1, each with the key `k`.
class Views : public ::testing::Test {
 protected:
  Views() {
    for (const char* channel : {"room-1", "secret", "room-2", "secret", "room-1"})
      EXPECT_EQ(server_.Ask("root", "ReplicationLog/Append", Keyed(channel, "k", channel)).code,
                StatusCode::OK);
  }
  template <typename Request>
  void ExpectDenied(const std::string& who, const std::string& method, const Request& request) {
    const Refusal refusal = server_.Ask(who, method, request);
    EXPECT_EQ(refusal.reason, "PERMISSION_DENIED") << who << " " << method << ": " << refusal.message;
  }
  // The channels of the records of a subscription up to the first frame that says caught up.
  Names SubscribeAs(const std::string& name, v1::SubscribeRequest request) {
    grpc::ClientContext context;
    for (const auto& [key, value] : AccessServer::As(name)) context.AddMetadata(key, value);
    const auto stream = v1::ReplicationLog::NewStub(server_.channel())->Subscribe(&context, request);
    Names channels;
    v1::SubscribeResponse frame;
    while (stream->Read(&frame)) {
      for (const auto& record : frame.records()) channels.push_back(record.channel());
      if (frame.caught_up()) context.TryCancel();
    }
    ended_ = testing::RefusalOf(stream->Finish());
    return channels;
  }
  AccessServer server_{kPrincipals};
  Refusal ended_;
};

TEST_F(Views, ASubscriptionToAllShowsWhatIsGranted) {
  EXPECT_EQ(SubscribeAs("alice", {}), (Names{"room-1", "room-2", "room-1"}));
  EXPECT_EQ(SubscribeAs("root", {}).size(), 5);
  v1::SubscribeRequest table;
  table.set_table(true);
  EXPECT_EQ(SubscribeAs("alice", table), (Names{"room-1", "room-2"}));
  v1::SubscribeRequest prefix;
  prefix.add_channels("*");
  EXPECT_EQ(SubscribeAs("alice", prefix), (Names{"room-1", "room-2", "room-1"}));
}

TEST_F(Views, ASubscriptionToWhatIsNotGrantedIsRefused) {
  for (const char* channel : {"secret", "nothing-of-that-name", "se*"}) {
    v1::SubscribeRequest request;
    request.add_channels(channel);
    EXPECT_EQ(SubscribeAs("alice", request), Names());
    EXPECT_EQ(ended_.reason, "PERMISSION_DENIED") << channel;
  }
}

TEST_F(Views, APageShowsWhatIsGrantedForwardAndBackward) {
  v1::ReadRequest request;
  v1::ReadResponse response;
  EXPECT_EQ(server_.Ask("alice", "ReplicationLog/Read", request, &response).code, StatusCode::OK);
  EXPECT_EQ(ChannelsOf(response.records()), (Names{"room-1", "room-2", "room-1"}));
  request.set_backward(true);
  request.set_max_records(2);
  EXPECT_EQ(server_.Ask("alice", "ReplicationLog/Read", request, &response).code, StatusCode::OK);
  EXPECT_EQ(ChannelsOf(response.records()), (Names{"room-1", "room-2"}));
  request.add_channels("secret");
  ExpectDenied("alice", "ReplicationLog/Read", request);
}

TEST_F(Views, TheTableShowsWhatIsGranted) {
  v1::LookupRequest lookup;
  v1::DigestTableRequest digest;
  for (const char* channel : {"secret", "nothing-of-that-name"}) {
    lookup.set_channel(channel);
    ExpectDenied("alice", "ReplicationLog/Lookup", lookup);
    digest.set_channel(channel);
    ExpectDenied("alice", "ReplicationLog/DigestTable", digest);
  }
  lookup.set_channel("room-1");
  v1::LookupResponse found;
  EXPECT_EQ(server_.Ask("alice", "ReplicationLog/Lookup", lookup, &found).code, StatusCode::OK);
  EXPECT_EQ(found.records_size(), 1);
}

TEST_F(Views, TheListOfChannelsHasWhatIsGranted) {
  const auto list = [&](const std::string& who, const std::string& prefix, const std::string& after,
                        uint32_t most) {
    v1::ListChannelsRequest request;
    request.set_prefix(prefix);
    request.set_after(after);
    request.set_max_channels(most);
    v1::ListChannelsResponse response;
    EXPECT_EQ(server_.Ask(who, "LogAdmin/ListChannels", request, &response).code, StatusCode::OK);
    Names names;
    for (const auto& channel : response.channels()) names.push_back(channel.name());
    if (response.has_next_after()) names.push_back("next after " + response.next_after());
    return names;
  };
  EXPECT_EQ(list("alice", "", "", 0), (Names{"room-1", "room-2"}));
  EXPECT_EQ(list("alice", "", "", 1), (Names{"room-1", "next after room-1"}));
  EXPECT_EQ(list("alice", "", "room-1", 1), (Names{"room-2"})) << "no word of what would come behind it";
  EXPECT_EQ(list("alice", "s", "", 0), Names());
  EXPECT_EQ(list("alice", "room-2", "", 0), (Names{"room-2"}));
  EXPECT_EQ(list("root", "", "", 0), (Names{"room-1", "room-2", "secret"}));
}

TEST_F(Views, AnAppendNeedsTheGrantForEveryChannelOfIt) {
  auto request = MakeAppend({"a"}, "room-1");
  *request.add_records() = MakeAppend({"b"}, "secret").records(0);
  ExpectDenied("alice", "ReplicationLog/Append", request);
  ExpectDenied("alice", "ReplicationLog/Append", MakeAppend({"a"}, "room-1", "other"));
  v1::GetLogResponse log;
  EXPECT_EQ(server_.Ask("root", "LogAdmin/GetLog", v1::GetLogRequest(), &log).code, StatusCode::OK);
  EXPECT_EQ(log.log().committed_end(), 5) << "nothing was written";
}

TEST_F(Views, AConditionTellsOfNoKeyThatIsNotGranted) {
  auto request = MakeAppend({"a"}, "room-1");
  auto* condition = request.mutable_conditions()->add_keys();
  condition->set_channel("secret");
  condition->set_key("k");
  condition->set_absent(true);
  ExpectDenied("alice", "ReplicationLog/Append", request);
  condition->set_key("no such key");
  ExpectDenied("alice", "ReplicationLog/Append", request);
  condition->set_channel("room-1");
  condition->set_key("k");
  EXPECT_EQ(server_.Ask("alice", "ReplicationLog/Append", request).reason, "CONDITION_FAILED");
}

TEST_F(Views, AnAppendUnderALeaseNeedsTheLease) {
  v1::AcquireRequest acquire;
  acquire.set_name("roots");
  acquire.set_holder("h");
  acquire.mutable_ttl()->set_seconds(60);
  v1::AcquireResponse acquired;
  EXPECT_EQ(server_.Ask("root", "Leases/Acquire", acquire, &acquired).code, StatusCode::OK);
  auto request = MakeAppend({"a"}, "room-1");
  *request.mutable_conditions()->mutable_lease() = acquired.lease().token();
  ExpectDenied("alice", "ReplicationLog/Append", request);
}

TEST_F(Views, LeasesAreShownToWhoMayTakeThem) {
  for (const char* name : {"alice-1", "roots"}) {
    v1::AcquireRequest acquire;
    acquire.set_name(name);
    acquire.set_holder("h");
    acquire.mutable_ttl()->set_seconds(60);
    EXPECT_EQ(server_.Ask("root", "Leases/Acquire", acquire).code, StatusCode::OK);
    EXPECT_EQ(server_.Ask("alice", "Leases/Acquire", acquire).reason,
              std::string(name) == "roots" ? "PERMISSION_DENIED" : "");
  }
  v1::ListRequest list;
  list.set_max_leases(1);
  v1::ListResponse leases;
  EXPECT_EQ(server_.Ask("alice", "Leases/List", list, &leases).code, StatusCode::OK);
  ASSERT_EQ(leases.leases_size(), 1);
  EXPECT_EQ(leases.leases(0).name(), "alice-1");
  EXPECT_FALSE(leases.has_next_after());
  for (const char* name : {"roots", "nobodys"}) {
    v1::GetRequest get;
    get.set_name(name);
    ExpectDenied("alice", "Leases/Get", get);
  }
  v1::ReleaseRequest release;
  release.mutable_token()->set_name("roots");
  ExpectDenied("alice", "Leases/Release", release);
}

TEST_F(Views, ABarrierTellsNothingOfWhatIsNotGranted) {
  for (const char* key : {"k", "no such key"}) {
    v1::AwaitSyncRequest request;
    request.mutable_key()->set_channel("secret");
    request.mutable_key()->set_key(key);
    ExpectDenied("alice", "ReplicationLog/AwaitSync", request);
  }
  v1::AwaitSyncRequest secret;
  secret.set_sequence(1);
  const Refusal refusal = server_.Ask("alice", "ReplicationLog/AwaitSync", secret);
  EXPECT_EQ(refusal.reason, "PERMISSION_DENIED");
  EXPECT_EQ(refusal.message.find("secret"), std::string::npos);
  secret.set_sequence(0);
  EXPECT_EQ(server_.Ask("alice", "ReplicationLog/AwaitSync", secret).reason, "NO_EXPECTED_NODES");
  secret.add_nodes("roots-node");
  ExpectDenied("alice", "ReplicationLog/AwaitSync", secret);
}

TEST_F(Views, NodesAreShownToWhoMayBeThem) {
  for (const char* node : {"alice-1", "roots-node"}) {
    v1::AcknowledgeRequest request;
    request.set_node(node);
    request.set_next_sequence(5);
    EXPECT_EQ(server_.Ask("alice", "ReplicationLog/Acknowledge", request).reason,
              std::string(node) == "alice-1" ? "" : "PERMISSION_DENIED");
    EXPECT_EQ(server_.Ask("root", "ReplicationLog/Acknowledge", request).code, StatusCode::OK);
  }
  v1::ListNodesResponse nodes;
  EXPECT_EQ(server_.Ask("alice", "LogAdmin/ListNodes", v1::ListNodesRequest(), &nodes).code, StatusCode::OK);
  ASSERT_EQ(nodes.nodes_size(), 1);
  EXPECT_EQ(nodes.nodes(0).node(), "alice-1");
  EXPECT_EQ(server_.Ask("keeper", "LogAdmin/ListNodes", v1::ListNodesRequest(), &nodes).code, StatusCode::OK);
  EXPECT_EQ(nodes.nodes_size(), 2) << "who administers the log sees all of its nodes";

  v1::AwaitSyncRequest sync;
  sync.set_sequence(0);
  v1::AwaitSyncResponse synced;
  EXPECT_EQ(server_.Ask("alice", "ReplicationLog/AwaitSync", sync, &synced).code, StatusCode::OK);
  EXPECT_EQ(synced.outcome(), v1::AwaitSyncResponse::SYNCED);
  ASSERT_EQ(synced.nodes_size(), 1) << "of both, one is shown";
  EXPECT_EQ(synced.nodes(0).node(), "alice-1");

  v1::SubscribeRequest subscribe;
  subscribe.set_node("roots-node");
  EXPECT_EQ(SubscribeAs("alice", subscribe), Names());
  EXPECT_EQ(ended_.reason, "PERMISSION_DENIED");
}

TEST_F(Views, LogsAreShownToWhoHasSomethingOfThem) {
  v1::CreateLogRequest create;
  create.set_log("other");
  EXPECT_EQ(server_.Ask("root", "LogAdmin/CreateLog", create).code, StatusCode::OK);
  const auto logs = [&](const std::string& who) {
    v1::ListLogsResponse response;
    EXPECT_EQ(server_.Ask(who, "LogAdmin/ListLogs", v1::ListLogsRequest(), &response).code, StatusCode::OK);
    Names names;
    for (const auto& log : response.logs()) names.push_back(log.name());
    return names;
  };
  EXPECT_EQ(logs("alice"), (Names{"default"}));
  EXPECT_EQ(logs("everywhere"), (Names{"default", "other"}));
  EXPECT_EQ(logs("root"), (Names{"_system", "default", "other"}));
  for (const char* log : {"other", "no-such-log"}) {
    v1::GetLogRequest get;
    get.set_log(log);
    ExpectDenied("alice", "LogAdmin/GetLog", get);
  }
  create.set_log("third");
  ExpectDenied("alice", "LogAdmin/CreateLog", create);
}

TEST_F(Views, TheSystemsLogIsNotCoveredByAStar) {
  v1::ReadRequest read;
  read.set_log("_system");
  ExpectDenied("everywhere", "ReplicationLog/Read", read);
  v1::SubscribeRequest subscribe;
  subscribe.set_log("_system");
  EXPECT_EQ(SubscribeAs("everywhere", subscribe), Names());
  EXPECT_EQ(ended_.reason, "PERMISSION_DENIED");
  EXPECT_EQ(server_.Ask("root", "ReplicationLog/Read", read).code, StatusCode::OK);
  v1::BackupRequest backup;
  ExpectDenied("everywhere", "LogAdmin/Backup", backup);
}

TEST_F(Views, AnAuditNamesOnlyChannelsThatAreGranted) {
  v1::AcknowledgeRequest node;
  node.set_node("n");
  node.set_next_sequence(5);
  EXPECT_EQ(server_.Ask("root", "ReplicationLog/Acknowledge", node).code, StatusCode::OK);
  const auto audited = [&](const std::string& who) {
    v1::AuditRequest request;
    request.mutable_timeout()->set_nanos(1'000'000);
    v1::AuditResponse response;
    const Refusal refusal = server_.Ask(who, "LogAdmin/Audit", request, &response);
    EXPECT_EQ(refusal.code, StatusCode::OK) << refusal.message;
    Names channels;
    for (const auto& digest : response.digests()) channels.push_back(digest.channel());
    return channels;
  };
  EXPECT_EQ(audited("keeper"), (Names{"room-1", "room-2"}));
  EXPECT_EQ(audited("root"), (Names{"room-1", "room-2", "secret"}));
  ExpectDenied("alice", "LogAdmin/Audit", v1::AuditRequest());
}

TEST_F(Views, AnAdministratorsActionsAreWrittenDown) {
  v1::TrimLogRequest trim;
  trim.set_before_sequence(1);
  EXPECT_EQ(server_.Ask("keeper", "LogAdmin/TrimLog", trim).code, StatusCode::OK);
  ExpectDenied("alice", "LogAdmin/TrimLog", trim);
  trim.set_log("x\ny");
  ExpectDenied("keeper", "LogAdmin/TrimLog", trim);
  EXPECT_EQ(server_.Call("/replog.v1.LogAdmin/TrimLog", "", {}).reason, "UNAUTHENTICATED");
  std::string log;
  testing::Eventually("all is written", [&] {
    log = server_.Stderr();
    return log.find("outcome=UNAUTHENTICATED") != std::string::npos;
  });
  for (const std::string& line :
       {std::string("method=replog.v1.LogAdmin/TrimLog log=default outcome=OK"),
        std::string("warn admin principal=keeper peer="),
        std::string("method=replog.v1.LogAdmin/TrimLog log=\"\" outcome=PERMISSION_DENIED"),
        std::string("method=replog.v1.LogAdmin/TrimLog log=\"x\\ny\" outcome=PERMISSION_DENIED"),
        std::string("admin principal=\"\" peer="), std::string("log=\"\" outcome=UNAUTHENTICATED")})
    EXPECT_NE(log.find(line), std::string::npos) << line << "\nin\n" << log;
  EXPECT_EQ(log.find("secret-token"), std::string::npos) << log;
}

}  // namespace
}  // namespace replog
