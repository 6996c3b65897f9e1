// chat-server from outside, with a real log.

#include <gmock/gmock.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "client/client.h"
#include "tests/nodes/chat/chat_process.h"
#include "tests/support/server_process.h"

namespace replog::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

json Message(const std::string& channel, const std::string& text) {
  return {{"channel", channel}, {"user", "ann"}, {"text", text}};
}

uint64_t SequenceOf(const HttpAnswer& answer) {
  return json::parse(answer.body())["sequence"].get<uint64_t>();
}

class ChatNodeTest : public ::testing::Test {
 protected:
  client::Client MakeClient() { return client::Client({.endpoints = {log_.address()}}); }

  // Appends records to the log, not by way of a node.
  void Load(size_t count) {
    std::vector<std::string> texts;
    for (size_t i = 0; i < count; ++i) texts.push_back("loaded " + std::to_string(i));
    std::vector<client::NewRecord> records;
    for (const std::string& text : texts) records.push_back({.channel = "loaded", .body = text});
    const auto appended = MakeClient().Append(records);
    ASSERT_TRUE(appended.ok()) << appended.status().ToString();
  }

  ServerProcess log_;
};

TEST_F(ChatNodeTest, MessagePostedToOneNodeIsReadFromTheOther) {
  ChatProcess one(log_.address());
  ChatProcess two(log_.address());
  two.AwaitReady();
  const HttpAnswer posted = one.Post(Message("room", "hello ☕"));
  ASSERT_EQ(posted.result_int(), 201u) << posted.body();
  EXPECT_EQ(SequenceOf(posted), 0u);
  two.AwaitNext(1);
  const json page = json::parse(two.Get("/chat-server/messages").body());
  ASSERT_EQ(page["messages"].size(), 1u);
  EXPECT_EQ(page["messages"][0], json::parse(posted.body()));
  EXPECT_EQ(page["messages"][0]["text"], "hello ☕");
  EXPECT_EQ(page["messages"][0]["user"], "ann");
}

TEST_F(ChatNodeTest, NodesThatStartAtDifferentTimesHoldTheSame) {
  ChatProcess early(log_.address());
  Load(5000);
  ChatProcess late(log_.address());
  early.AwaitNext(5000);
  late.AwaitNext(5000);
  late.AwaitReady();
  EXPECT_EQ(json::parse(early.AllMessages())["messages"].size(), 5000u);
  EXPECT_EQ(early.AllMessages(), late.AllMessages());
}

TEST_F(ChatNodeTest, ReadyNodeHasEverythingThatWasThereBefore) {
  Load(20'000);
  ChatProcess node(log_.address());
  node.AwaitReady();
  EXPECT_EQ(json::parse(node.AllMessages())["messages"].size(), 20'000u);
}

TEST_F(ChatNodeTest, NodeIsHealthyButNotReadyUntilItHasReachedTheLog) {
  log_.Kill9();
  ChatProcess node(log_.address());
  EXPECT_EQ(node.Get("/healthz").result_int(), 200u);
  EXPECT_EQ(node.Get("/readyz").result_int(), 503u);
  const HttpAnswer answer = node.Get("/chat-server/messages");
  EXPECT_EQ(answer.result_int(), 503u);
  EXPECT_EQ(json::parse(answer.body())["error"]["reason"], "NOT_READY");
  log_.Restart();
  node.AwaitReady();
  EXPECT_EQ(node.Get("/chat-server/messages").result_int(), 200u);
}

TEST_F(ChatNodeTest, PageIsBoundedAndLeadsToTheNext) {
  Load(250);
  ChatProcess node(log_.address());
  node.AwaitReady();
  const json first = json::parse(node.Get("/chat-server/messages").body());
  EXPECT_EQ(first["messages"].size(), 100u);
  EXPECT_EQ(first["more"], true);
  const json rest = json::parse(
      node.Get("/chat-server/messages?limit=1000&from=" + std::to_string(first["next"].get<int>())).body());
  EXPECT_EQ(rest["messages"].size(), 150u);
  EXPECT_EQ(rest["messages"][0]["sequence"], 100);
  EXPECT_EQ(rest["more"], false);
}

TEST_F(ChatNodeTest, ChannelChoosesItsMessages) {
  ChatProcess node(log_.address());
  node.AwaitReady();
  node.Post(Message("a b", "first"));
  node.Post(Message("other", "second"));
  const uint64_t last = SequenceOf(node.Post(Message("a b", "third")));
  node.AwaitNext(last + 1);
  const json page = json::parse(node.Get("/chat-server/messages?channel=a%20b").body());
  ASSERT_EQ(page["messages"].size(), 2u);
  EXPECT_EQ(page["messages"][1]["text"], "third");
}

TEST_F(ChatNodeTest, BadInputIsRefusedAndNamed) {
  ChatProcess node(log_.address());
  node.AwaitReady();
  const std::vector<std::pair<json, std::string>> bad{{Message("", "x"), "channel"},
                                                      {Message("a*b", "x"), "channel"},
                                                      {Message(std::string(513, 'c'), "x"), "channel"},
                                                      {Message("tab\t", "x"), "channel"},
                                                      {Message("room", ""), "text"},
                                                      {"not an object", "body"}};
  for (const auto& [message, field] : bad) {
    const HttpAnswer answer = node.Post(message);
    EXPECT_EQ(answer.result_int(), 400u) << answer.body();
    EXPECT_EQ(json::parse(answer.body())["error"]["field"], field) << answer.body();
    EXPECT_EQ(json::parse(answer.body())["error"]["fate"], "rejected");
  }
  EXPECT_EQ(node.Post(Message("room", std::string(300'000, 'x'))).result_int(), 413u);
  EXPECT_EQ(node.Get("/chat-server/messages?limit=0").result_int(), 400u);
  EXPECT_EQ(node.Get("/chat-server").result_int(), 404u);
  EXPECT_EQ(SequenceOf(node.Post(Message("room", "good"))), 0u) << "something refused was appended";
}

TEST_F(ChatNodeTest, RecordsWithoutTextAreNoMessages) {
  client::Client client = MakeClient();
  const client::NewRecord payload{.channel = "room", .body = "\xff", .body_kind = client::BodyKind::kPayload};
  ASSERT_TRUE(client.Append({&payload, 1}).ok());
  ChatProcess node(log_.address());
  node.AwaitReady();
  EXPECT_EQ(node.State()["next_sequence"], 1);
  EXPECT_EQ(node.State()["messages"], 0);
}

TEST_F(ChatNodeTest, NodeThatWasKilledReplaysAndHoldsTheSame) {
  Load(1000);
  ChatProcess one(log_.address());
  ChatProcess two(log_.address());
  one.AwaitReady();
  two.AwaitReady();
  two.process().Signal(SIGKILL);
  EXPECT_EQ(two.process().Wait(), -SIGKILL);
  const uint64_t sequence = SequenceOf(one.Post(Message("room", "while two was away")));
  one.AwaitNext(sequence + 1);
  ChatProcess again(log_.address());
  again.AwaitReady();
  EXPECT_EQ(again.AllMessages(), one.AllMessages());
  EXPECT_THAT(again.AllMessages(), HasSubstr("while two was away"));
}

TEST_F(ChatNodeTest, NodeServesReadsWhileTheLogIsAwayAndResumesWhenItIsBack) {
  Load(1000);
  ChatProcess one(log_.address());
  ChatProcess two(log_.address());
  one.AwaitReady();
  two.AwaitReady();
  const std::string before = one.AllMessages();
  log_.Kill9();
  one.AwaitConnected(false);
  EXPECT_EQ(one.Get("/readyz").result_int(), 200u);
  EXPECT_EQ(one.AllMessages(), before);
  log_.Restart();
  one.AwaitConnected(true);
  const HttpAnswer posted = one.Post(Message("room", "back"));
  ASSERT_EQ(posted.result_int(), 201u) << posted.body();
  EXPECT_EQ(SequenceOf(posted), 1000u);
  one.AwaitNext(1001);
  two.AwaitNext(1001);
  EXPECT_EQ(one.AllMessages(), two.AllMessages());
  EXPECT_EQ(json::parse(two.AllMessages())["messages"].size(), 1001u);
}

TEST_F(ChatNodeTest, PostIsRejectedOrUnknownButNeverLostWhileTheLogIsAway) {
  ChatProcess node(log_.address());
  node.AwaitReady();
  log_.Kill9();
  node.AwaitConnected(false);
  // The append stream may find out later than the subscription, and then does not know.
  HttpAnswer answer = node.Post(Message("room", "lost?"));
  if (answer.result_int() == 504) {
    EXPECT_EQ(json::parse(answer.body())["error"]["fate"], "unknown");
    answer = node.Post(Message("room", "lost?"));
  }
  EXPECT_EQ(answer.result_int(), 503u) << answer.body();
  EXPECT_EQ(json::parse(answer.body())["error"]["fate"], "rejected");
  log_.Restart();
  node.AwaitConnected(true);
  EXPECT_EQ(SequenceOf(node.Post(Message("room", "kept"))), 0u) << "what was rejected is in the log";
}

TEST_F(ChatNodeTest, NodeEndsWithAnErrorWhenThereIsNoSuchLog) {
  ChatProcess node(log_.address(), "no-such-log");
  EXPECT_EQ(node.process().Wait(), 1);
  EXPECT_THAT(node.Stderr(), HasSubstr("LOG_NOT_FOUND"));
}

TEST_F(ChatNodeTest, SigtermStopsItCleanly) {
  ChatProcess node(log_.address());
  node.AwaitReady();
  node.process().Signal(SIGTERM);
  EXPECT_EQ(node.process().Wait(), 0);
}

TEST_F(ChatNodeTest, SigtermStopsANodeThatNeverReachedTheLog) {
  log_.Kill9();
  ChatProcess node(log_.address());
  node.process().Signal(SIGTERM);
  EXPECT_EQ(node.process().Wait(), 0);
}

TEST(ChatServerProgramTest, WrongUsageExitsWithTwoAndFailureWithOne) {
  EXPECT_EQ(RunProgram({ChatServerPath(), "--no-such-option"}).exit_code, 2);
  const Finished failed = RunProgram({ChatServerPath(), "--listen", "nonsense"});
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_THAT(failed.err, HasSubstr("host:port"));
  const Finished help = RunProgram({ChatServerPath(), "--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.out, HasSubstr("Example:"));
}

}  // namespace
}  // namespace replog::testing
