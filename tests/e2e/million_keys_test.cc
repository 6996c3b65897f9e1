// A table of a million keys: it comes complete to a node, by subscription and by pages, and its digest is the
// server's, also after a kill.
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

#include "proto/wire/table_digest.h"
#include "tests/e2e/peer.h"
#include "tests/support/server_process.h"

namespace replog {
namespace {

using testing::Peer;
using testing::ServerProcess;
using testing::Subscriber;

constexpr uint64_t kKeys = 1'000'000;
constexpr uint64_t kBatch = 500;
constexpr char kChannel[] = "million";
// Much longer than it takes: the test hangs no longer than that.
constexpr std::chrono::seconds kLong{240};

std::string KeyOf(uint64_t number) { return "key-" + std::to_string(number); }

// The rows of a table as they come, of which each key may come once.
class Copy {
 public:
  void Add(const v1::Record& record) {
    ASSERT_EQ(record.channel(), kChannel);
    ASSERT_FALSE(record.deleted());
    const uint64_t number = std::stoull(record.key().substr(4));
    ASSERT_LT(number, kKeys);
    ASSERT_FALSE(seen_[number]) << record.key() << " comes twice";
    seen_[number] = true;
    const std::string encoded = record.SerializeAsString();
    digest_.Add(hasher_.Hash(*wire::DecodeRecord(encoded)));
  }
  uint64_t keys() const { return digest_.keys(); }
  std::string digest() const {
    const auto bytes = digest_.bytes();
    return {bytes.begin(), bytes.end()};
  }

 private:
  std::vector<bool> seen_ = std::vector<bool>(kKeys);
  wire::RowHasher hasher_;
  wire::TableDigest digest_;
};

// Appends a record for each key of [first, end), pipelined; `deleted`: tombstones.
void Put(Peer& peer, uint64_t first, uint64_t end, const std::string& text, bool deleted = false) {
  grpc::ClientContext context;
  const auto stream = peer.log().AppendStream(&context);
  auto answered = std::async(std::launch::async, [&] {
    uint64_t records = 0;
    for (v1::AppendStreamResponse response; stream->Read(&response);) {
      EXPECT_TRUE(response.has_appended()) << response.error().message();
      records += response.appended().last_sequence() + 1 - response.appended().first_sequence();
    }
    return records;
  });
  for (uint64_t i = first; i < end;) {
    v1::AppendRequest request;
    for (const uint64_t batch_end = std::min(end, i + kBatch); i < batch_end; ++i) {
      auto* record = request.add_records();
      record->set_channel(kChannel);
      record->set_key(KeyOf(i));
      deleted ? record->set_deleted(true) : record->set_text(text + KeyOf(i));
    }
    ASSERT_TRUE(stream->Write(request));
  }
  stream->WritesDone();
  EXPECT_EQ(answered.get(), end - first);
  const auto status = stream->Finish();
  ASSERT_TRUE(status.ok()) << status.error_message();
}

v1::RangeDigest ServersDigest(Peer& peer) {
  grpc::ClientContext context;
  v1::DigestTableRequest request;
  v1::DigestTableResponse response;
  request.set_channel(kChannel);
  const auto status = peer.log().DigestTable(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.ranges_size() == 1 ? response.ranges(0) : v1::RangeDigest();
}

void ExpectSame(const Copy& copy, const v1::RangeDigest& servers) {
  EXPECT_EQ(copy.keys(), kKeys);
  EXPECT_EQ(servers.keys(), kKeys);
  EXPECT_EQ(copy.digest(), servers.digest());
}

void ReadPages(Peer& peer, Copy& copy) {
  v1::LookupRequest request;
  request.set_channel(kChannel);
  request.set_max_records(100'000);
  for (bool more = true; more;) {
    grpc::ClientContext context;
    v1::LookupResponse page;
    const auto status = peer.log().Lookup(&context, request, &page);
    ASSERT_TRUE(status.ok()) << status.error_message();
    for (const auto& record : page.records()) ASSERT_NO_FATAL_FAILURE(copy.Add(record));
    more = page.has_next_after_key();
    request.set_after_key(page.next_after_key());
  }
}

// Answers the audit's checkpoint, which is to come on the node's stream.
void AnswerAudit(Peer& peer, Subscriber& node, const Copy& copy) {
  v1::SubscribeResponse frame;
  do {
    ASSERT_TRUE(node.Next(frame)) << node.Finish().error_message();
    ASSERT_EQ(frame.records_size(), 0) << "nothing was appended";
  } while (!frame.has_digest_checkpoint());
  v1::AcknowledgeRequest request;
  v1::AcknowledgeResponse response;
  request.set_node("mirror");
  request.set_next_sequence(frame.next_sequence());
  request.set_digest_sequence(frame.digest_checkpoint());
  auto* digest = request.add_digests();
  digest->set_channel(kChannel);
  digest->set_version(1);
  digest->set_digest(copy.digest());
  digest->set_keys(copy.keys());
  grpc::ClientContext context;
  const auto status = peer.log().Acknowledge(&context, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
}

// A node takes the table by subscription, and an audit finds it the same as the server's.
void TakeTable(Peer& peer, Copy& copy) {
  v1::SubscribeRequest request;
  request.set_node("mirror");
  request.set_table(true);
  Subscriber node(peer, request, kLong);
  v1::SubscribeResponse frame;
  do {
    ASSERT_TRUE(node.Next(frame)) << node.Finish().error_message();
    for (const auto& record : frame.records()) ASSERT_NO_FATAL_FAILURE(copy.Add(record));
  } while (!frame.table_complete());
  v1::AuditRequest audit;
  v1::AuditResponse found;
  audit.mutable_timeout()->set_seconds(60);
  auto status = std::async(std::launch::async, [&] {
    grpc::ClientContext context;
    return peer.admin().Audit(&context, audit, &found);
  });
  AnswerAudit(peer, node, copy);
  ASSERT_TRUE(status.get().ok());
  ASSERT_EQ(found.nodes_size(), 1);
  EXPECT_EQ(found.nodes(0).outcome(), v1::NodeAudit::SAME) << found.nodes(0).ShortDebugString();
  ASSERT_EQ(found.digests_size(), 1);
  EXPECT_EQ(found.digests(0).keys(), kKeys);
  EXPECT_EQ(found.digests(0).digest(), copy.digest());
}

TEST(MillionKeys, ComeCompleteAndWithTheServersDigest) {
  ServerProcess server;
  Peer peer(server.address());
  Put(peer, 0, kKeys, "first ");
  Put(peer, kKeys / 2, kKeys / 2 + kKeys / 10, "rewritten ");
  Put(peer, 0, kKeys / 100, "", true);
  EXPECT_EQ(ServersDigest(peer).keys(), kKeys - kKeys / 100);
  Put(peer, 0, kKeys / 100, "again ");

  Copy copy;
  ASSERT_NO_FATAL_FAILURE(TakeTable(peer, copy));
  ExpectSame(copy, ServersDigest(peer));
  Copy pages;
  ASSERT_NO_FATAL_FAILURE(ReadPages(peer, pages));
  ExpectSame(pages, ServersDigest(peer));

  server.Kill9();
  server.Restart();
  peer.Reconnect();
  ExpectSame(copy, ServersDigest(peer));
}

}  // namespace
}  // namespace replog
