#include "client/nodes/chat/message_page.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace replog::chat {
namespace {

using nlohmann::json;

std::string Body(http::Response response) {
  std::string body;
  std::string piece;
  bool more = true;
  while (more) {
    piece.clear();
    more = response.source(piece);
    body += piece;
  }
  return body;
}

MessageStore& Fill(MessageStore& store, uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) {
    store.Add({i, client::Time(std::chrono::microseconds(1'767'323'045'000'006 + static_cast<int64_t>(i))),
               "room", "ann", "text " + std::to_string(i)});
  }
  return store;
}

TEST(PageQueryTest, DefaultsAreABoundedPageFromTheBeginning) {
  http::Response refusal;
  const auto query = ParsePageQuery({"/", {}, {}}, refusal);
  ASSERT_TRUE(query);
  EXPECT_EQ(query->from, 0u);
  EXPECT_EQ(query->limit, 100u);
  EXPECT_FALSE(query->channel);
}

TEST(PageQueryTest, ParametersAreRead) {
  http::Response refusal;
  const auto query =
      ParsePageQuery({"/", {}, {{"from", "7"}, {"limit", "1000000000"}, {"channel", "a b"}}}, refusal);
  ASSERT_TRUE(query);
  EXPECT_EQ(query->from, 7u);
  EXPECT_EQ(query->limit, 1'000'000'000u);
  EXPECT_EQ(query->channel, "a b");
}

TEST(PageQueryTest, RefusalNamesTheParameter) {
  const std::vector<std::pair<std::string, std::string>> bad{
      {"from", "-1"}, {"from", ""},    {"from", "x"},   {"from", "18446744073709551616"},
      {"limit", "0"}, {"limit", "1x"}, {"limit", "+1"}, {"form", "1"},
      {"limit", " 1"}};
  for (const auto& [name, value] : bad) {
    http::Response refusal;
    EXPECT_FALSE(ParsePageQuery({"/", {}, {{name, value}}}, refusal)) << name << "=" << value;
    EXPECT_EQ(refusal.status, http::StatusCode::bad_request);
    EXPECT_EQ(json::parse(refusal.body)["error"]["field"], name);
  }
}

TEST(PageResponseTest, EmptyStoreGivesAnEmptyPage) {
  MessageStore store;
  EXPECT_EQ(Body(PageResponse(store, {})), "{\"messages\":[],\"next\":0,\"more\":false}\n");
}

TEST(PageResponseTest, MessageHasAllItsFields) {
  MessageStore store;
  store.Add({3, client::Time(std::chrono::microseconds(1'767'323'045'000'006)), "Zimmer", std::nullopt,
             "a \"q\"\n☕"});
  EXPECT_EQ(Body(PageResponse(store, {})),
            "{\"messages\":[{\"sequence\":3,\"time\":\"2026-01-02T03:04:05.000006Z\",\"channel\":\"Zimmer\","
            "\"user\":null,\"text\":\"a \\\"q\\\"\\n☕\"}],\"next\":4,\"more\":false}\n");
}

TEST(PageResponseTest, PageOfManyPiecesIsOneJsonText) {
  MessageStore store;
  const json page = json::parse(Body(PageResponse(Fill(store, 1000), {10, std::nullopt, 900})));
  ASSERT_EQ(page["messages"].size(), 900u);
  EXPECT_EQ(page["messages"][0]["sequence"], 10);
  EXPECT_EQ(page["messages"][899]["text"], "text 909");
  EXPECT_EQ(page["next"], 910);
  EXPECT_EQ(page["more"], true);
}

}  // namespace
}  // namespace replog::chat
