// Logs and their settings, channels, trim, verify, retention; and the ways to read that belong to no
// guarantee.

#include <gtest/gtest.h>

#include "tests/e2e/peer.h"
#include "tests/support/server_process.h"

namespace replog {
namespace {

using grpc::StatusCode;
using testing::Eventually;
using testing::MakeAppend;
using testing::Peer;
using testing::Refusal;
using testing::RefusalOf;
using testing::SequencesOf;
using testing::ServerProcess;
using testing::Subscriber;
using testing::TextsOf;
using Texts = std::vector<std::string>;
using Sequences = std::vector<uint64_t>;

class Admin : public ::testing::Test {
 protected:
  v1::LogInfo Create(const std::string& name, const v1::LogSettings& settings = {}) {
    grpc::ClientContext context;
    v1::CreateLogRequest request;
    request.set_log(name);
    *request.mutable_settings() = settings;
    v1::CreateLogResponse response;
    const auto status = peer_.admin().CreateLog(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.log();
  }
  v1::LogInfo Update(const std::string& name, const v1::LogSettings& settings) {
    grpc::ClientContext context;
    v1::UpdateLogRequest request;
    request.set_log(name);
    *request.mutable_settings() = settings;
    v1::UpdateLogResponse response;
    const auto status = peer_.admin().UpdateLog(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.log();
  }
  Refusal Delete(const std::string& name, const std::string& uuid = "") {
    grpc::ClientContext context;
    v1::DeleteLogRequest request;
    request.set_log(name);
    request.set_uuid(uuid);
    v1::DeleteLogResponse response;
    return RefusalOf(peer_.admin().DeleteLog(&context, request, &response));
  }
  Texts Logs() {
    grpc::ClientContext context;
    v1::ListLogsResponse response;
    EXPECT_TRUE(peer_.admin().ListLogs(&context, {}, &response).ok());
    Texts names;
    for (const auto& log : response.logs()) names.push_back(log.name());
    return names;
  }
  v1::ListChannelsResponse Channels(const v1::ListChannelsRequest& request) {
    grpc::ClientContext context;
    v1::ListChannelsResponse response;
    const auto status = peer_.admin().ListChannels(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  Refusal Trim(std::optional<uint64_t> before) {
    grpc::ClientContext context;
    v1::TrimLogRequest request;
    if (before) request.set_before_sequence(*before);
    v1::TrimLogResponse response;
    return RefusalOf(peer_.admin().TrimLog(&context, request, &response));
  }
  v1::ReadResponse Read(const v1::ReadRequest& request) {
    v1::ReadResponse response;
    const auto status = peer_.Read(request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  void KillAndRestart() {
    server_.Kill9();
    server_.Restart();
    peer_.Reconnect();
  }
  static std::vector<v1::Record> RecordsOf(const v1::ReadResponse& page) {
    return {page.records().begin(), page.records().end()};
  }

  ServerProcess server_;
  Peer peer_{server_.address()};
};

// ------------------------------------------------------------------------------------------------------ logs

TEST_F(Admin, LogsAreCreatedListedAndDeletedAndStaySoAfterARestart) {
  EXPECT_EQ(Logs(), (Texts{"_system", "default"}));
  const auto chat = Create("chat");
  EXPECT_EQ(chat.name(), "chat");
  EXPECT_FALSE(chat.uuid().empty());
  EXPECT_TRUE(chat.has_first_kept_sequence());
  EXPECT_TRUE(chat.has_committed_end());
  EXPECT_FALSE(chat.has_last_time());
  EXPECT_EQ(chat.settings().durability(), v1::DURABILITY_SYNC);
  Create("gone");
  EXPECT_EQ(Delete("gone").code, StatusCode::OK);
  KillAndRestart();
  EXPECT_EQ(peer_.GetLog("chat").uuid(), chat.uuid());
  EXPECT_EQ(Logs(), (Texts{"_system", "chat", "default"}));
}

TEST_F(Admin, DeletionIsGuardedByTheUuidAndSparesTheDefaultLog) {
  const auto first = Create("a");
  EXPECT_EQ(Delete("a", "another-uuid").reason, "UUID_MISMATCH");
  EXPECT_EQ(Delete("a", first.uuid()).code, StatusCode::OK);
  EXPECT_EQ(Delete("a").reason, "LOG_NOT_FOUND");
  EXPECT_EQ(Delete("default").reason, "LOG_PROTECTED");
  EXPECT_EQ(Delete("").reason, "INVALID_FIELD");
}

TEST_F(Admin, TheSystemLogIsReadLikeAnyLogAndChangedByNobody) {
  v1::SubscribeRequest request;
  request.set_log("_system");
  request.set_until_sequence(peer_.GetLog("_system").committed_end());
  const auto records = Subscriber(peer_, request).ReadAll();
  ASSERT_EQ(records.size(), 1u) << "the settings of the log that always is there";
  EXPECT_EQ(records[0].channel(), "logs");
  EXPECT_EQ(records[0].key(), peer_.GetLog("default").uuid());
  EXPECT_TRUE(records[0].text().find(R"("durability":"DURABILITY_SYNC")") != std::string::npos)
      << records[0].text();
  EXPECT_EQ(RefusalOf(peer_.Append(MakeAppend({"x"}, "c", "_system"))).reason, "LOG_PROTECTED");
  EXPECT_EQ(Delete("_system").reason, "LOG_PROTECTED");
  grpc::ClientContext context;
  v1::TrimLogRequest trim;
  trim.set_log("_system");
  trim.set_before_sequence(0);
  v1::TrimLogResponse response;
  EXPECT_EQ(RefusalOf(peer_.admin().TrimLog(&context, trim, &response)).reason, "LOG_PROTECTED");
}

TEST_F(Admin, ALogMadeAgainIsAnotherLogAndEmpty) {
  const auto first = Create("a");
  peer_.MustAppend(MakeAppend({"x"}, "c", "a"));
  Delete("a");
  const auto second = Create("a");
  EXPECT_NE(second.uuid(), first.uuid());
  EXPECT_EQ(second.committed_end(), 0u);
  EXPECT_EQ(peer_.MustAppend(MakeAppend({"y"}, "c", "a")).first_sequence(), 0u);
}

TEST_F(Admin, LogsAreIndependent) {
  Create("a");
  peer_.MustAppend(MakeAppend({"1", "2"}, "c", "a"));
  EXPECT_EQ(peer_.MustAppend({"x"}).first_sequence(), 0u);
  v1::SubscribeRequest request;
  request.set_log("a");
  EXPECT_EQ(TextsOf(Subscriber(peer_, request).ReadTo(2)), (Texts{"1", "2"}));
}

TEST_F(Admin, AnUpdateKeepsWhatItDoesNotSet) {
  v1::LogSettings settings;
  settings.set_retention_records(1000);
  settings.mutable_retention_age()->set_seconds(3600);
  Create("a", settings);
  v1::LogSettings change;
  change.set_retention_bytes(5 << 20);
  const auto updated = Update("a", change).settings();
  EXPECT_EQ(updated.retention_records(), 1000u);
  EXPECT_EQ(updated.retention_age().seconds(), 3600);
  EXPECT_EQ(updated.retention_bytes(), 5u << 20);
  change.Clear();
  change.set_retention_records(0);
  EXPECT_EQ(Update("a", change).settings().retention_records(), 0u) << "0 takes a bound away";
  KillAndRestart();
  EXPECT_EQ(peer_.GetLog("a").settings().retention_bytes(), 5u << 20);
}

TEST_F(Admin, DurabilityIsSaidInEveryAnswer) {
  EXPECT_EQ(peer_.MustAppend({"x"}).durability(), v1::DURABILITY_SYNC);
  v1::LogSettings settings;
  settings.set_durability(v1::DURABILITY_OS);
  Create("relaxed", settings);
  EXPECT_EQ(peer_.MustAppend(MakeAppend({"x"}, "c", "relaxed")).durability(), v1::DURABILITY_OS);
  settings.set_durability(v1::DURABILITY_SYNC);
  Update("relaxed", settings);
  EXPECT_EQ(peer_.MustAppend(MakeAppend({"x"}, "c", "relaxed")).durability(), v1::DURABILITY_SYNC);
}

TEST_F(Admin, InfoTellsWhatALogHolds) {
  const auto answer = peer_.MustAppend({"a", "b", "c"});
  const auto info = peer_.GetLog();
  EXPECT_EQ(info.committed_end(), 3u);
  EXPECT_GT(info.bytes(), 0u);
  EXPECT_EQ(info.last_time().seconds(), answer.time().seconds());
  EXPECT_EQ(info.epoch(), answer.position().epoch());
  EXPECT_EQ(info.uuid(), answer.position().log_uuid());
  peer_.MustTrim(3);
  EXPECT_EQ(peer_.GetLog().bytes(), 0u);
  EXPECT_EQ(peer_.GetLog().first_kept_sequence(), 3u);
}

TEST_F(Admin, EveryStartOfTheServerIsANewEpoch) {
  const uint64_t before = peer_.GetLog().epoch();
  EXPECT_EQ(server_.Terminate(), 0);
  server_.Restart();
  peer_.Reconnect();
  EXPECT_GT(peer_.GetLog().epoch(), before);
}

// -------------------------------------------------------------------------------------------------- channels

TEST_F(Admin, ChannelsAreListedByNameAPageAtATime) {
  for (const char* channel : {"b/1", "a", "b/2", "c", "b"}) peer_.MustAppend(MakeAppend({"x", "y"}, channel));
  peer_.MustAppend(MakeAppend({"z"}, "b/2"));
  v1::ListChannelsRequest request;
  request.set_max_channels(2);
  Texts names;
  for (;;) {
    const auto page = Channels(request);
    EXPECT_LE(page.channels_size(), 2);
    for (const auto& channel : page.channels()) names.push_back(channel.name());
    if (!page.has_next_after()) break;
    request.set_after(page.next_after());
  }
  EXPECT_EQ(names, (Texts{"a", "b", "b/1", "b/2", "c"}));
  request.Clear();
  request.set_prefix("b/");
  request.set_with_counts(true);
  const auto counted = Channels(request);
  ASSERT_EQ(counted.channels_size(), 2);
  EXPECT_EQ(counted.channels(0).records(), 2u);
  EXPECT_EQ(counted.channels(1).records(), 3u);
}

TEST_F(Admin, ChannelsOfWhatWasTrimmedAreGone) {
  peer_.MustAppend(MakeAppend({"x"}, "old"));
  peer_.MustAppend(MakeAppend({"x"}, "new"));
  peer_.MustTrim(1);
  const auto channels = Channels({});
  ASSERT_EQ(channels.channels_size(), 1);
  EXPECT_EQ(channels.channels(0).name(), "new");
}

// ---------------------------------------------------------------------------------------------- trim, verify

TEST_F(Admin, TrimRemovesForGoodAndOnlyForward) {
  peer_.MustAppend({"a", "b", "c", "d"});
  EXPECT_EQ(Trim(std::nullopt).reason, "INVALID_FIELD");
  EXPECT_EQ(Trim(5).reason, "PAST_THE_END");
  peer_.MustTrim(3);
  EXPECT_EQ(Trim(1).code, StatusCode::OK) << "nothing happens";
  KillAndRestart();
  EXPECT_EQ(peer_.GetLog().first_kept_sequence(), 3u);
  EXPECT_EQ(TextsOf(Subscriber(peer_, {}).ReadTo(4)), Texts{"d"});
  peer_.MustTrim(4);
  EXPECT_EQ(peer_.MustAppend({"e"}).first_sequence(), 4u) << "an emptied log goes on with its numbers";
}

TEST_F(Admin, VerifyFindsAnUndamagedLogToBeWell) {
  for (int i = 0; i < 20; ++i) peer_.MustAppend(Texts(10, std::to_string(i)));
  grpc::ClientContext context;
  const auto stream = peer_.admin().Verify(&context, {});
  v1::VerifyResponse last, message;
  while (stream->Read(&message)) last = message;
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_TRUE(last.done());
  EXPECT_EQ(last.records(), 200u);
  EXPECT_EQ(last.problem_count(), 0u);
  EXPECT_EQ(last.first_sequence(), 0u);
  EXPECT_EQ(last.end_sequence(), 200u);
}

// ------------------------------------------------------------------------------------------------- retention

TEST_F(Admin, RetentionByRecordsBytesAndAgeRemovesWholeChunksOfTheOldest) {
  v1::LogSettings records, bytes, age;
  records.set_retention_records(5);
  bytes.set_retention_bytes(1 << 20);
  age.mutable_retention_age()->set_seconds(1);
  Create("by-records", records);
  Create("by-bytes", bytes);
  Create("by-age", age);
  for (int i = 0; i < 20; ++i) peer_.MustAppend(MakeAppend({"x"}, "c", "by-records"));
  for (int i = 0; i < 4; ++i) peer_.MustAppend(MakeAppend({std::string(400 << 10, 'x')}, "c", "by-bytes"));
  peer_.MustAppend(MakeAppend({"x", "y"}, "c", "by-age"));
  Eventually("all bounds are kept", [&] {
    return peer_.GetLog("by-records").first_kept_sequence() == 15 &&
           peer_.GetLog("by-bytes").first_kept_sequence() == 2 &&
           peer_.GetLog("by-age").first_kept_sequence() == 2;
  });
  EXPECT_LE(peer_.GetLog("by-bytes").bytes(), 1u << 20);
  v1::SubscribeRequest request;
  request.set_log("by-records");
  request.set_from_sequence(14);
  EXPECT_EQ(RefusalOf(Subscriber(peer_, request).Finish()).reason, "BELOW_FIRST_KEPT");
}

// ---------------------------------------------------------------------------------------------- ways to read

TEST_F(Admin, ASubscriptionStartsAtATimeOrAtTheEndAndStopsWhereItWasAsked) {
  const auto first = peer_.MustAppend({"a", "b"});
  v1::AppendResponse second;
  do {  // until the clock has moved on
    second = peer_.MustAppend({"c"});
  } while (second.time().seconds() == first.time().seconds() &&
           second.time().nanos() == first.time().nanos());
  v1::SubscribeRequest request;
  *request.mutable_from_time() = second.time();
  request.set_until_sequence(second.first_sequence() + 1);
  Subscriber by_time(peer_, request);
  EXPECT_EQ(SequencesOf(by_time.ReadAll()), Sequences{second.first_sequence()});
  EXPECT_TRUE(by_time.Finish().ok());

  request.Clear();
  request.mutable_from_time()->set_seconds(second.time().seconds() + 3600);
  Subscriber future(peer_, request);
  EXPECT_TRUE(future.ReadToCaughtUp().empty());
  EXPECT_EQ(future.next_sequence(), second.last_sequence() + 1);

  request.Clear();
  request.set_new_only(true);
  Subscriber new_only(peer_, request);
  EXPECT_TRUE(new_only.ReadToCaughtUp().empty());
  const uint64_t next = peer_.MustAppend({"new"}).first_sequence();
  EXPECT_EQ(SequencesOf(new_only.ReadTo(next + 1)), Sequences{next});
}

TEST_F(Admin, AnUntilInTheFutureEndsTheStreamWhenItIsReached) {
  v1::SubscribeRequest request;
  request.set_until_sequence(2);
  Subscriber subscriber(peer_, request);
  EXPECT_TRUE(subscriber.ReadToCaughtUp().empty());
  peer_.MustAppend({"a", "b", "c"});
  EXPECT_EQ(TextsOf(subscriber.ReadAll()), (Texts{"a", "b"}));
  EXPECT_EQ(subscriber.next_sequence(), 2u);
  EXPECT_TRUE(subscriber.Finish().ok());
}

TEST_F(Admin, FiltersTakeNamesAndPrefixes) {
  for (const char* channel : {"room/1", "room/2", "other", "room"})
    peer_.MustAppend(MakeAppend({channel}, channel));
  const auto filtered = [&](const Texts& patterns) {
    v1::SubscribeRequest request;
    request.set_until_sequence(4);
    request.mutable_channels()->Assign(patterns.begin(), patterns.end());
    return TextsOf(Subscriber(peer_, request).ReadAll());
  };
  EXPECT_EQ(filtered({"room/*"}), (Texts{"room/1", "room/2"}));
  EXPECT_EQ(filtered({"room"}), Texts{"room"});
  EXPECT_EQ(filtered({"room", "other"}), (Texts{"other", "room"}));
  EXPECT_EQ(filtered({"*"}), (Texts{"room/1", "room/2", "other", "room"}));
  EXPECT_EQ(filtered({"none"}), Texts{});
}

TEST_F(Admin, PagesGoForwardAndBackwardWithinTheirBounds) {
  for (int i = 0; i < 10; ++i) peer_.MustAppend(MakeAppend({std::to_string(i)}, i % 2 == 0 ? "even" : "odd"));
  v1::ReadRequest request;
  request.set_max_records(4);
  auto page = Read(request);
  EXPECT_EQ(SequencesOf(RecordsOf(page)), (Sequences{0, 1, 2, 3}));
  EXPECT_EQ(page.next_sequence(), 4u);
  EXPECT_EQ(page.committed_end(), 10u);
  EXPECT_FALSE(page.at_end());
  EXPECT_EQ(page.position().next_sequence(), 4u);
  *request.mutable_from_position() = page.position();
  EXPECT_EQ(SequencesOf(RecordsOf(Read(request))), (Sequences{4, 5, 6, 7}));

  request.Clear();
  request.set_backward(true);
  request.set_max_records(3);
  request.add_channels("odd");
  page = Read(request);
  EXPECT_EQ(SequencesOf(RecordsOf(page)), (Sequences{9, 7, 5})) << "the last three of a channel";
  EXPECT_FALSE(page.has_position());
  request.set_from_sequence(page.next_sequence());
  page = Read(request);
  EXPECT_EQ(SequencesOf(RecordsOf(page)), (Sequences{3, 1}));
  EXPECT_TRUE(page.at_end());

  request.Clear();
  request.set_max_bytes(1);
  EXPECT_EQ(Read(request).records_size(), 1) << "always one record if there is one";
}

TEST_F(Admin, ARecordComesBackAsItWasSent) {
  v1::AppendRequest request;
  auto* text = request.add_records();
  text->set_channel("räume/☃");
  text->set_text("");
  (*text->mutable_headers())["user"] = "ana";
  (*text->mutable_headers())["empty"] = "";
  auto* bytes = request.add_records();
  bytes->set_channel("c");
  bytes->set_payload(std::string("\0\xff", 2));
  request.add_records()->set_channel("no body");
  const auto answer = peer_.MustAppend(request);
  const auto records = Subscriber(peer_, {}).ReadTo(3);
  ASSERT_EQ(records.size(), 3u);
  for (int i = 0; i < 3; ++i) {
    v1::Record expected;
    ASSERT_TRUE(expected.ParseFromString(request.records(i).SerializeAsString()));
    expected.set_sequence(static_cast<uint64_t>(i));
    *expected.mutable_time() = answer.time();
    EXPECT_EQ(records[static_cast<size_t>(i)].DebugString(), expected.DebugString());
  }
}

}  // namespace
}  // namespace replog
