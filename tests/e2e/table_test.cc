// The log's table, from outside: keys, conditions, and a reader's map that equals it.

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "tests/e2e/peer.h"
#include "tests/support/server_process.h"

namespace replog {
namespace {

using grpc::StatusCode;
using testing::Peer;
using testing::RefusalOf;
using testing::ServerProcess;
using testing::Subscriber;
using testing::TextsOf;
using Texts = std::vector<std::string>;
using Outcome = v1::AppendResult;

// Texts by key, of channel `c`.
using Map = std::map<std::string, std::string>;

v1::AppendRequest MakePut(const std::string& key, const std::string& text) {
  v1::AppendRequest request;
  auto* record = request.add_records();
  record->set_channel("c");
  record->set_key(key);
  record->set_text(text);
  return request;
}

v1::AppendRequest MakeDelete(const std::string& key) {
  v1::AppendRequest request = MakePut(key, "");
  request.mutable_records(0)->clear_text();
  request.mutable_records(0)->set_deleted(true);
  return request;
}

v1::AppendRequest IfAt(v1::AppendRequest request, std::optional<uint64_t> sequence) {
  auto* key = request.mutable_conditions()->add_keys();
  key->set_channel("c");
  key->set_key(request.records(0).key());
  sequence ? key->set_sequence(*sequence) : key->set_absent(true);
  return request;
}

v1::AppendRequest IfNewer(v1::AppendRequest request, uint64_t version) {
  request.mutable_records(0)->set_version(version);
  request.mutable_conditions()->set_newer_version_only(true);
  return request;
}

v1::LookupResponse MustLookup(Peer& peer, const std::vector<std::string>& keys, const std::string& after = "",
                              uint32_t max_records = 0) {
  grpc::ClientContext context;
  v1::LookupRequest request;
  request.set_channel("c");
  request.mutable_keys()->Assign(keys.begin(), keys.end());
  request.set_after_key(after);
  request.set_max_records(max_records);
  v1::LookupResponse response;
  const auto status = peer.log().Lookup(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response;
}

Map TableOf(Peer& peer) {
  Map map;
  std::string after;
  for (;;) {
    const auto page = MustLookup(peer, {}, after, 7);
    for (const auto& record : page.records()) map[record.key()] = record.text();
    if (!page.has_next_after_key()) return map;
    after = page.next_after_key();
  }
}

void Apply(const v1::Record& record, Map& map) {
  if (record.deleted()) {
    map.erase(record.key());
  } else {
    map[record.key()] = record.text();
  }
}

// A node that keeps a map in step with the table.
class Node {
 public:
  explicit Node(Peer& peer) : subscriber_(peer, Request()) {}

  // Reads up to the frame that says that the map equals the table; false when the stream broke before.
  bool ReadToComplete() {
    while (Step()) {
      if (complete_) return true;
    }
    return false;
  }
  void ReadTo(uint64_t sequence) {
    while (next_ < sequence && Step()) continue;
  }
  const Map& map() const { return map_; }
  uint64_t next() const { return next_; }
  grpc::Status Finish() { return subscriber_.Finish(); }

 private:
  static v1::SubscribeRequest Request() {
    v1::SubscribeRequest request;
    request.set_table(true);
    request.set_max_frame_bytes(4 << 10);
    return request;
  }
  bool Step() {
    v1::SubscribeResponse frame;
    if (!subscriber_.Next(frame)) return false;
    for (const auto& record : frame.records()) Apply(record, map_);
    next_ = frame.next_sequence();
    complete_ |= frame.table_complete();
    return true;
  }

  Subscriber subscriber_;
  Map map_;
  uint64_t next_ = 0;
  bool complete_ = false;
};

class Table : public ::testing::Test {
 protected:
  ServerProcess server_;
  Peer peer_{server_.address()};
};

TEST_F(Table, LookupGivesTheNewestRecordOfEachKey) {
  peer_.MustAppend(MakePut("a", "1"));
  peer_.MustAppend(MakePut("b", "2"));
  peer_.MustAppend(MakePut("a", "3"));
  peer_.MustAppend(MakeDelete("b"));
  const auto answer = MustLookup(peer_, {"a", "b", "unknown"});
  ASSERT_EQ(answer.records_size(), 1);
  EXPECT_EQ(answer.records(0).text(), "3");
  EXPECT_EQ(answer.records(0).sequence(), 2u);
  EXPECT_EQ(answer.as_of_sequence(), 4u);
}

TEST_F(Table, RecordsWithoutAKeyAreNotInIt) {
  peer_.MustAppend(Texts{"just a message"});
  EXPECT_TRUE(TableOf(peer_).empty());
}

TEST_F(Table, ConditionsHoldOrNothingIsWritten) {
  EXPECT_EQ(peer_.MustAppend(IfAt(MakePut("a", "1"), std::nullopt)).first_sequence(), 0u);
  const auto refusal = RefusalOf(peer_.Append(IfAt(MakePut("a", "2"), std::nullopt)));
  EXPECT_EQ(refusal.code, StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(refusal.reason, "CONDITION_FAILED");
  EXPECT_EQ(refusal.metadata.at("sequence"), "0");
  EXPECT_EQ(refusal.metadata.at("field"), "conditions.keys[0]");
  EXPECT_EQ(peer_.MustAppend(IfAt(MakePut("a", "3"), 0)).first_sequence(), 1u);
  EXPECT_EQ(TableOf(peer_), (Map{{"a", "3"}}));
}

TEST_F(Table, AnOlderVersionIsStaleAndNoError) {
  peer_.MustAppend(IfNewer(MakePut("a", "seven"), 7));
  const auto stale = peer_.MustAppend(IfNewer(MakePut("a", "six"), 6));
  EXPECT_FALSE(stale.has_first_sequence());
  ASSERT_EQ(stale.results_size(), 1);
  EXPECT_EQ(stale.results(0).outcome(), Outcome::STALE);
  EXPECT_EQ(stale.results(0).version(), 7u);
  EXPECT_EQ(stale.position().next_sequence(), 1u);
  EXPECT_FALSE(peer_.MustAppend(IfNewer(MakePut("a", "eight"), 8)).results_size() > 0)
      << "only when they differ";
}

TEST_F(Table, OfManyWhoExpectTheSameOneWins) {
  constexpr int kWriters = 4;
  constexpr int kRounds = 50;
  std::atomic<int> won{0};
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&, i] {
      Peer peer(server_.address());
      for (int round = 0; round < kRounds;) {
        const auto now = MustLookup(peer, {"counter"});
        const auto next = std::to_string(now.records_size() == 0 ? 1 : std::stoi(now.records(0).text()) + 1);
        const auto seen = now.records_size() == 0 ? std::nullopt : std::optional(now.records(0).sequence());
        const auto status = peer.Append(IfAt(MakePut("counter", next), seen));
        if (status.ok()) {
          ++won;
          ++round;
        } else if (RefusalOf(status).reason != "CONDITION_FAILED") {
          ADD_FAILURE() << i << ": " << status.error_message();
          return;
        }
      }
    });
  }
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(won, kWriters * kRounds);
  EXPECT_EQ(TableOf(peer_), (Map{{"counter", std::to_string(kWriters * kRounds)}}))
      << "an increment was lost";
}

TEST_F(Table, ANodeBootsFromItAndThenFollows) {
  Map model;
  for (int i = 0; i < 500; ++i) {
    const std::string key = std::to_string(i % 50);
    peer_.MustAppend(MakePut(key, std::to_string(i)));
    model[key] = std::to_string(i);
  }
  peer_.MustAppend(MakeDelete("7"));
  model.erase("7");
  peer_.MustTrim(501);
  Node node(peer_);
  ASSERT_TRUE(node.ReadToComplete());
  EXPECT_EQ(node.map(), model) << "the log behind it was trimmed away";
  peer_.MustAppend(MakePut("new", "x"));
  node.ReadTo(502);
  model["new"] = "x";
  EXPECT_EQ(node.map(), model);
}

TEST_F(Table, IsCompleteOfNothing) {
  Node node(peer_);
  ASSERT_TRUE(node.ReadToComplete());
  EXPECT_TRUE(node.map().empty());
}

TEST_F(Table, TakesNoStart) {
  v1::SubscribeRequest request;
  request.set_table(true);
  request.set_from_sequence(0);
  const auto refusal = RefusalOf(Subscriber(peer_, request).Finish());
  EXPECT_EQ(refusal.code, StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(refusal.metadata.at("field"), "table");
}

// A plain map against the server: random puts, deletes and conditions, readers that boot meanwhile, and
// kills.
TEST_F(Table, EqualsAMapThroughKillsWhateverIsWritten) {
  std::mt19937 random(11);
  struct Value {
    std::string text;
    uint64_t sequence;
    bool deleted;
    uint64_t version;
  };
  std::map<std::string, Value> model;
  uint64_t end = 0;
  const auto live = [&] {
    Map map;
    for (const auto& [key, value] : model) {
      if (!value.deleted) map[key] = value.text;
    }
    return map;
  };
  for (int round = 0; round < 6; ++round) {
    for (int i = 0; i < 150; ++i) {
      const std::string key = std::to_string(random() % 30);
      const std::string text = std::to_string(round) + "-" + std::to_string(i);
      const auto known = model.find(key);
      const bool deletes = random() % 4 == 0;
      auto request = deletes ? MakeDelete(key) : MakePut(key, text);
      bool expected = true;
      bool stale = false;
      uint64_t version = 0;
      switch (random() % 4) {
        case 0: {
          const bool right = random() % 2 == 0;
          const bool exists = known != model.end() && !known->second.deleted;
          std::optional<uint64_t> at;
          if (known != model.end()) at = right ? known->second.sequence : known->second.sequence + 1;
          expected = at ? right : !exists;
          request = IfAt(request, at);
          break;
        }
        case 1:
          version = 1 + random() % 50;
          stale = known != model.end() && known->second.version >= version;
          request = IfNewer(request, version);
          break;
        default:
          break;
      }
      v1::AppendResponse response;
      const auto status = peer_.Append(request, &response);
      ASSERT_EQ(status.ok(), expected) << status.error_message();
      if (!expected) continue;
      ASSERT_EQ(response.has_first_sequence(), !stale);
      if (stale) continue;
      ASSERT_EQ(response.first_sequence(), end);
      // Whoever writes without a version leaves the key without one.
      model[key] = {text, end++, deletes, version};
    }
    if (round % 2 == 1) {
      server_.Kill9();
      server_.Restart();
      peer_.Reconnect();
    }
    ASSERT_EQ(TableOf(peer_), live()) << "round " << round;
    Node node(peer_);
    ASSERT_TRUE(node.ReadToComplete());
    ASSERT_EQ(node.map(), live()) << "round " << round;
  }
}

TEST_F(Table, NodesThatBootWhileOthersWriteEndWithTheSameMap) {
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    Peer peer(server_.address());
    std::mt19937 random(3);
    while (!stop) {
      const std::string key = std::to_string(random() % 400);
      peer.MustAppend(random() % 5 == 0 ? MakeDelete(key) : MakePut(key, std::string(random() % 500, 'v')));
    }
  });
  std::vector<std::unique_ptr<Node>> nodes;
  for (int i = 0; i < 5; ++i) {
    nodes.push_back(std::make_unique<Node>(peer_));
    EXPECT_TRUE(nodes.back()->ReadToComplete());
  }
  stop = true;
  writer.join();
  const Map table = TableOf(peer_);
  const uint64_t end = peer_.GetLog().committed_end();
  for (const auto& node : nodes) {
    node->ReadTo(end);
    EXPECT_EQ(node->map(), table);
  }
}

// Puts a kept data directory of an older version at `data` under `files`.
void Unpack(const std::string& archive, const testing::TempDirectory& files) {
  const std::string path = std::string(REPLOG_TEST_DATA) + "/" + archive;
  ASSERT_EQ(testing::RunProgram({"/bin/tar", "-xzf", path, "-C", files.path()}).exit_code, 0);
}

// A data directory that the first version left when it was killed: format 1, no table.
TEST(OlderFormat, OfTheFirstVersionOpensAndGainsItsTable) {
  const testing::TempDirectory files;
  Unpack("format-1.tar.gz", files);
  EXPECT_EQ(testing::RunReplogd({"verify", "--data", files / "data"}).exit_code, 0) << "as it is, unchanged";
  ServerProcess server({}, files / "data");
  Peer peer(server.address());
  EXPECT_EQ(peer.GetLog().first_kept_sequence(), 5u);
  EXPECT_EQ(peer.GetLog().committed_end(), 120u);
  EXPECT_EQ(peer.GetLog("orders").committed_end(), 10u);
  v1::SubscribeRequest request;
  request.set_until_sequence(120);
  const auto records = Subscriber(peer, request).ReadAll();
  ASSERT_EQ(records.size(), 115u);
  EXPECT_EQ(records.front().text(), "message 5");
  EXPECT_EQ(records.back().text(), "message 119");
  EXPECT_EQ(peer.MustAppend(MakePut("a", "1")).first_sequence(), 120u);
  server.Kill9();
  server.Restart();
  peer.Reconnect();
  EXPECT_EQ(TableOf(peer), (Map{{"a", "1"}}));
}

// One of format 2, killed too: it has a table, and none of the families for ids, producers, expiry and
// leases.
TEST(OlderFormat, OfTheSecondVersionOpensWithItsTable) {
  const testing::TempDirectory files;
  Unpack("format-2.tar.gz", files);
  EXPECT_EQ(testing::RunReplogd({"verify", "--data", files / "data"}).exit_code, 0) << "as it is, unchanged";
  ServerProcess server({}, files / "data");
  Peer peer(server.address());
  EXPECT_EQ(peer.GetLog().committed_end(), 121u);
  const Map table{{"key0", "value 14"}, {"key1", "value 15"}, {"key2", "value 16"},
                  {"key4", "value 18"}, {"key5", "value 19"}, {"key6", "value 13"}};
  EXPECT_EQ(TableOf(peer), table);
  server.Kill9();
  server.Restart();
  peer.Reconnect();
  EXPECT_EQ(TableOf(peer), table);
}

}  // namespace
}  // namespace replog
