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

TEST(Client, ErrorsKeepTheirReason) {
  FakeServer server;
  server.OnAppend([](const v1::AppendRequest&, v1::AppendResponse&) {
    return ErrorWithReason(grpc::StatusCode::NOT_FOUND, "LOG_NOT_FOUND");
  });
  EXPECT_EQ(server.MakeClient().Append({&kRecord, 1}).status().reason(), "LOG_NOT_FOUND");
}

}  // namespace
}  // namespace replog::client
