#include "client/nodes/chat/new_message.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace replog::chat {
namespace {

TEST(NewMessageTest, FieldsAreRead) {
  http::Response refusal;
  const auto message =
      ParseNewMessage(R"({"channel":"room","user":"ann","text":"gr\u00fc\u00dfe ☕"})", refusal);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->channel, "room");
  EXPECT_EQ(message->user, "ann");
  EXPECT_EQ(message->text, "grüße ☕");
}

TEST(NewMessageTest, UserMayBeLeftOut) {
  http::Response refusal;
  const auto message = ParseNewMessage(R"({"channel":"room","text":"hello"})", refusal);
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->user);
}

TEST(NewMessageTest, RefusalNamesTheField) {
  const std::vector<std::pair<std::string, std::string>> bad{
      {R"()", "body"},
      {R"([])", "body"},
      {R"("text")", "body"},
      {R"({"channel":"room","text":"hello")", "body"},
      {R"({"channel":"room","text":"hello"} x)", "body"},
      {"{\"channel\":\"room\",\"text\":\"\xff\"}", "body"},
      {R"({"channel":"room","text":"\ud800"})", "body"},
      {std::string(100'000, '['), "body"},
      {R"({"text":"hello"})", "channel"},
      {R"({"channel":"","text":"hello"})", "channel"},
      {R"({"channel":null,"text":"hello"})", "channel"},
      {R"({"channel":"room"})", "text"},
      {R"({"channel":"room","text":7})", "text"},
      {R"({"channel":"room","text":"hello","user":{}})", "user"},
      {R"({"channel":"room","text":"hello","user":""})", "user"},
      {R"({"channel":"room","text":"hello","time":"now"})", "time"},
  };
  for (const auto& [body, field] : bad) {
    http::Response refusal;
    EXPECT_FALSE(ParseNewMessage(body, refusal)) << body.substr(0, 80);
    EXPECT_EQ(refusal.status, http::StatusCode::bad_request);
    EXPECT_EQ(nlohmann::json::parse(refusal.body)["error"]["field"], field) << body.substr(0, 80);
  }
}

}  // namespace
}  // namespace replog::chat
