#include "client/client.h"

#include <gtest/gtest.h>

#include "tests/client/fake_server.h"

namespace replog::client {
namespace {

const NewRecord kRecord{"room", "hello", BodyKind::kText, {}};

TEST(Client, AppendGivesTheSequences) {
  FakeServer server;
  server.OnAppend([](const v1::AppendRequest& request, v1::AppendResponse& response) {
    EXPECT_EQ(request.log(), "chat");
    EXPECT_EQ(request.records(0).text(), "hello");
    response.set_first_sequence(7);
    response.set_last_sequence(7);
    response.set_durability(v1::DURABILITY_SYNC);
    return grpc::Status::OK;
  });
  const auto appended = server.MakeClient().Append({&kRecord, 1}, "chat");
  ASSERT_TRUE(appended.ok()) << appended.status().ToString();
  EXPECT_EQ(appended->first_sequence, 7u);
  EXPECT_EQ(appended->durability, Durability::kSync);
}

TEST(Client, AnAppendIsNotSentAgainWhenItsFateIsUnknown) {
  FakeServer server;
  int calls = 0;
  server.OnAppend([&calls](const v1::AppendRequest&, v1::AppendResponse&) {
    ++calls;
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "broken");
  });
  const auto appended = server.MakeClient().Append({&kRecord, 1});
  EXPECT_EQ(FateOf(appended.status()), AppendFate::kUnknown);
  EXPECT_EQ(calls, 1);
}

TEST(Client, WithoutAServerNothingWasSent) {
  ClientOptions options;
  options.endpoints = {FakeServer::UnusedAddress()};
  options.connect_timeout = std::chrono::milliseconds(10);
  const auto appended = Client(options).Append({&kRecord, 1});
  EXPECT_EQ(appended.status().reason(), reason::kUnreachable);
  EXPECT_EQ(FateOf(appended.status()), AppendFate::kRejected);
}

TEST(Client, AppendSendsConditionsAndGivesResults) {
  FakeServer server;
  server.OnAppend([](const v1::AppendRequest& request, v1::AppendResponse& response) {
    const v1::AppendConditions& conditions = request.conditions();
    EXPECT_EQ(conditions.expected_end(), 5u);
    EXPECT_EQ(conditions.keys(0).key(), "a");
    EXPECT_EQ(conditions.keys(0).sequence(), 3u);
    EXPECT_TRUE(conditions.keys(1).absent());
    EXPECT_TRUE(conditions.newer_version_only());
    EXPECT_EQ(request.records(0).key(), "a");
    EXPECT_EQ(request.records(0).version(), 2u);
    EXPECT_TRUE(request.records(1).deleted());
    response.set_first_sequence(5);
    response.set_last_sequence(5);
    auto* result = response.add_results();
    result->set_outcome(v1::AppendResult::APPENDED);
    result->set_sequence(5);
    result = response.add_results();
    result->set_outcome(v1::AppendResult::STALE);
    result->set_sequence(4);
    result->set_version(9);
    return grpc::Status::OK;
  });
  const NewRecord records[]{
      {.channel = "c", .body = "t", .headers = {}, .key = "a", .version = 2},
      {.channel = "c", .body = {}, .headers = {}, .key = "b", .deleted = true, .version = 1}};
  const AppendConditions conditions{
      .expected_end = 5, .keys = {{"c", "a", 3}, {"c", "b", std::nullopt}}, .newer_version_only = true};
  const auto appended = server.MakeClient().Append(records, conditions);
  ASSERT_TRUE(appended.ok()) << appended.status().ToString();
  ASSERT_EQ(appended->results.size(), 2u);
  EXPECT_TRUE(appended->results[0].appended);
  EXPECT_EQ(appended->results[0].sequence, 5u);
  EXPECT_FALSE(appended->results[1].appended);
  EXPECT_EQ(appended->results[1].version, 9u);
}

TEST(Client, LookupGivesAPageAndWhereTheNextBegins) {
  FakeServer server;
  server.OnLookup([](const v1::LookupRequest& request, v1::LookupResponse& response) {
    EXPECT_EQ(request.channel(), "c");
    EXPECT_EQ(request.after_key(), "a");
    auto* record = response.add_records();
    record->set_sequence(7);
    record->set_key("b");
    record->set_text("t");
    response.set_as_of_sequence(8);
    response.set_next_after_key("b");
    return grpc::Status::OK;
  });
  const auto page = server.MakeClient().Lookup({.channel = "c", .after_key = "a"});
  ASSERT_TRUE(page.ok()) << page.status().ToString();
  ASSERT_EQ(page->records.size(), 1u);
  EXPECT_EQ(page->records[0].key, "b");
  EXPECT_EQ(page->records[0].body, "t");
  EXPECT_EQ(page->as_of_sequence, 8u);
  EXPECT_EQ(page->next_after_key, "b");
}

TEST(Client, ErrorsKeepTheirReason) {
  FakeServer server;
  server.OnAppend([](const v1::AppendRequest&, v1::AppendResponse&) {
    return ErrorWithReason(grpc::StatusCode::NOT_FOUND, "LOG_NOT_FOUND");
  });
  EXPECT_EQ(server.MakeClient().Append({&kRecord, 1}).status().reason(), "LOG_NOT_FOUND");
}

}  // namespace
}  // namespace replog::client
