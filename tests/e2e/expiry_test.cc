// Records that expire, from outside: with real clocks, restarts and kills.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>

#include "tests/e2e/peer.h"
#include "tests/support/server_process.h"

namespace replog {
namespace {

using grpc::StatusCode;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::system_clock;
using testing::Eventually;
using testing::Peer;
using testing::RefusalOf;
using testing::ServerProcess;
using testing::Subscriber;

google::protobuf::Timestamp TimestampOf(system_clock::time_point time) {
  const auto since = time.time_since_epoch();
  const auto whole = std::chrono::floor<seconds>(since);
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(whole.count());
  timestamp.set_nanos(static_cast<int32_t>(std::chrono::nanoseconds(since - whole).count()));
  return timestamp;
}

system_clock::time_point TimeOf(const google::protobuf::Timestamp& timestamp) {
  return system_clock::time_point(seconds(timestamp.seconds()) + std::chrono::nanoseconds(timestamp.nanos()));
}

void AddPut(v1::AppendRequest& request, const std::string& key, const std::string& text,
            std::optional<system_clock::time_point> expires = {}) {
  auto* record = request.add_records();
  record->set_channel("c");
  record->set_key(key);
  record->set_text(text);
  if (expires) *record->mutable_expires() = TimestampOf(*expires);
}

v1::AppendRequest MakePut(const std::string& key, const std::string& text,
                          std::optional<system_clock::time_point> expires = {}) {
  v1::AppendRequest request;
  AddPut(request, key, text, expires);
  return request;
}

// What of a log a test wants to know, key by key.
struct History {
  std::map<std::string, std::vector<v1::Record>> of;

  void Add(const v1::Record& record) { of[record.key()].push_back(record); }
  size_t tombstones() const {
    size_t count = 0;
    for (const auto& [key, records] : of) {
      for (const v1::Record& record : records) count += record.deleted() ? 1 : 0;
    }
    return count;
  }
};

class ExpiryTest : public ::testing::Test {
 protected:
  // Appends what `make` makes of a time to expire that is soon, but not over before it is sequenced.
  v1::AppendRequest AppendSoon(const std::function<v1::AppendRequest(system_clock::time_point)>& make) {
    for (auto lead = milliseconds(300);; lead *= 2) {
      auto request = make(system_clock::now() + lead);
      const auto status = peer_.Append(request);
      if (status.ok()) return request;
      if (RefusalOf(status).reason != "INVALID_FIELD" || lead > seconds(60)) {
        ADD_FAILURE() << status.error_message();
        return request;
      }
    }
  }
  // Reads the log from its beginning until it has so many tombstones.
  History ReadToTombstones(size_t count) {
    Subscriber subscriber(peer_, {});
    History history;
    v1::SubscribeResponse frame;
    while (history.tombstones() < count && subscriber.Next(frame)) {
      for (const v1::Record& record : frame.records()) history.Add(record);
    }
    return history;
  }
  v1::LookupResponse Lookup(const std::string& key) {
    grpc::ClientContext context;
    v1::LookupRequest request;
    request.set_channel("c");
    request.add_keys(key);
    v1::LookupResponse response;
    EXPECT_TRUE(peer_.log().Lookup(&context, request, &response).ok());
    return response;
  }
  void Revive() {
    server_.Restart();
    peer_.Reconnect();
  }

  ServerProcess server_;
  Peer peer_{server_.address()};
};

TEST_F(ExpiryTest, AValueEndsWithATombstoneThatEveryReaderSees) {
  v1::SubscribeRequest table;
  table.set_table(true);
  const auto request = AppendSoon([](auto expires) {
    auto put = MakePut("token", "secret", expires);
    auto& record = *put.mutable_records(0);
    record.mutable_expires()->set_nanos(record.expires().nanos() / 1'000 * 1'000 + 7);
    record.set_version(42);
    return put;
  });
  Subscriber node(peer_, table);
  const auto history = ReadToTombstones(1);
  const auto& records = history.of.at("token");
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].expires().seconds(), request.records(0).expires().seconds());
  EXPECT_EQ(records[0].expires().nanos(), request.records(0).expires().nanos()) << "to the nanosecond";
  const v1::Record& tombstone = records[1];
  EXPECT_EQ(tombstone.sequence(), records[0].sequence() + 1);
  EXPECT_EQ(tombstone.channel(), "c");
  EXPECT_EQ(tombstone.version(), 42u);
  EXPECT_FALSE(tombstone.has_expires());
  EXPECT_EQ(tombstone.body_case(), v1::Record::BODY_NOT_SET);
  EXPECT_GE(TimeOf(tombstone.time()), TimeOf(records[0].expires()) - microseconds(1));
  EXPECT_EQ(Lookup("token").records_size(), 0);
  std::map<std::string, bool> map;
  for (const auto& record : node.ReadTo(tombstone.sequence() + 1)) map[record.key()] = !record.deleted();
  EXPECT_FALSE(map["token"]);
}

TEST_F(ExpiryTest, ARewriteKeepsTheKey) {
  AppendSoon([](auto expires) {
    auto request = MakePut("session", "old", expires);
    AddPut(request, "session", "new");
    AddPut(request, "witness", "w", expires);
    return request;
  });
  const auto history = ReadToTombstones(1);
  EXPECT_TRUE(history.of.at("witness").back().deleted());
  EXPECT_EQ(Lookup("session").records(0).text(), "new");
}

TEST_F(ExpiryTest, WhatExpiredWhileItWasDownEndsAtTheStart) {
  const auto request = AppendSoon([](auto expires) {
    auto put = MakePut("a", "1", expires);
    AddPut(put, "later", "1", expires + seconds(3'600));
    return put;
  });
  server_.Kill9();
  const auto expires = TimeOf(request.records(0).expires());
  Eventually("its time has come", [&] { return system_clock::now() > expires; });
  Revive();
  const auto history = ReadToTombstones(1);
  EXPECT_TRUE(history.of.at("a").back().deleted());
  EXPECT_EQ(Lookup("later").records_size(), 1);
}

TEST_F(ExpiryTest, KillsWhileThousandsExpireLeaveEachKeyOneTombstone) {
  constexpr int kKeys = 4'000;
  AppendSoon([](auto expires) {
    v1::AppendRequest request;
    for (int i = 0; i < kKeys; ++i)
      AddPut(request, "k" + std::to_string(i), "v", expires + microseconds(i % 7 * 100'000));
    for (int i = 0; i < 50; ++i) {
      AddPut(request, "kept" + std::to_string(i), "v", expires);
      AddPut(request, "kept" + std::to_string(i), "rewritten");
    }
    return request;
  });
  // Each time a little after the next tombstones.
  for (size_t seen : {1, 500, 1'500, 3'000}) {
    ReadToTombstones(seen);
    server_.Kill9();
    Revive();
  }
  const auto history = ReadToTombstones(kKeys);
  for (const auto& [key, records] : history.of) {
    ASSERT_EQ(records.size(), 2u) << key;
    if (key.starts_with("kept")) {
      ASSERT_EQ(records[1].text(), "rewritten") << key;
    } else {
      ASSERT_TRUE(!records[0].deleted() && records[1].deleted()) << key;
    }
  }
  EXPECT_EQ(history.of.size(), kKeys + 50u);
}

TEST_F(ExpiryTest, ATrimKeepsWhatExpires) {
  AppendSoon([](auto expires) { return MakePut("a", "1", expires); });
  peer_.MustAppend(MakePut("b", "1"));
  peer_.MustTrim(1);
  v1::SubscribeRequest from;
  from.set_from_sequence(1);
  Subscriber subscriber(peer_, from);
  const auto records = subscriber.ReadTo(3);
  EXPECT_EQ(std::count_if(records.begin(), records.end(),
                          [](const v1::Record& record) { return record.deleted() && record.key() == "a"; }),
            1);
}

TEST_F(ExpiryTest, WhatMayNotExpireIsRefusedByNameAndNothingIsWritten) {
  const auto refused = [&](const v1::AppendRequest& request, const std::string& part) {
    const auto refusal = RefusalOf(peer_.Append(request));
    EXPECT_EQ(refusal.code, StatusCode::INVALID_ARGUMENT) << part;
    EXPECT_EQ(refusal.reason, "INVALID_FIELD") << refusal.message;
    EXPECT_EQ(refusal.metadata.at("field"), "records[0].expires");
    EXPECT_NE(refusal.message.find(part), std::string::npos) << refusal.message;
    return refusal;
  };
  const auto future = system_clock::now() + seconds(3'600);
  auto request = MakePut("a", "1", future);
  request.mutable_records(0)->clear_key();
  refused(request, "no key");
  request = MakePut("a", "", future);
  request.mutable_records(0)->clear_text();
  request.mutable_records(0)->set_deleted(true);
  refused(request, "tombstone");
  const auto past =
      refused(MakePut("a", "1", system_clock::now() - seconds(1)), "is not after the server's time");
  EXPECT_EQ(past.metadata.count("value") + past.metadata.count("server_time"), 2u);
  refused(MakePut("a", "1", future + std::chrono::hours(3'653 * 24)), "more than 3653 days after");
  request = MakePut("a", "1", future);
  request.mutable_records(0)->mutable_expires()->clear_seconds();
  refused(request, "1970-01-01");
  request.mutable_records(0)->mutable_expires()->set_seconds(INT64_MAX);
  refused(request, "is not a Timestamp");
  request.mutable_records(0)->mutable_expires()->set_seconds(4'000'000'000);
  request.mutable_records(0)->mutable_expires()->set_nanos(-1);
  refused(request, "is not a Timestamp");
  EXPECT_EQ(peer_.GetLog().committed_end(), 0u);
}

}  // namespace
}  // namespace replog
