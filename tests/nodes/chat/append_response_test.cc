#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "client/nodes/chat/chat_api.h"

namespace replog::chat {
namespace {

using client::AppendFate;
using client::AppendOutcome;
using client::Status;
using client::StatusCode;
using nlohmann::json;

const NewMessage kMessage{"room", "hello", "ann"};

TEST(AppendResponseTest, AcknowledgedMessageIsCreatedWithItsSequence) {
  const AppendOutcome outcome{AppendFate::kAcknowledged, 7, client::Time(std::chrono::microseconds(1)), {}};
  const http::Response response = AppendResponse(kMessage, outcome);
  EXPECT_EQ(response.status, http::StatusCode::created);
  EXPECT_EQ(json::parse(response.body), (json{{"sequence", 7},
                                              {"time", "1970-01-01T00:00:00.000001Z"},
                                              {"channel", "room"},
                                              {"user", "ann"},
                                              {"text", "hello"}}));
}

TEST(AppendResponseTest, FailureSaysItsFate) {
  struct Case {
    AppendFate fate;
    Status status;
    http::StatusCode code;
    std::string reason;
  };
  const std::vector<Case> cases{
      {AppendFate::kRejected,
       {StatusCode::kInvalidArgument, "m", "INVALID_FIELD"},
       http::StatusCode::bad_request,
       "INVALID_FIELD"},
      {AppendFate::kRejected,
       {StatusCode::kResourceExhausted, "m", "TOO_LARGE"},
       http::StatusCode::payload_too_large,
       "TOO_LARGE"},
      {AppendFate::kRejected,
       {StatusCode::kResourceExhausted, "m", "DISK_FULL"},
       http::StatusCode::service_unavailable,
       "DISK_FULL"},
      {AppendFate::kRejected,
       {StatusCode::kUnavailable, "m", "UNREACHABLE"},
       http::StatusCode::service_unavailable,
       "UNREACHABLE"},
      {AppendFate::kRejected,
       {StatusCode::kNotFound, "m", "LOG_NOT_FOUND"},
       http::StatusCode::service_unavailable,
       "LOG_NOT_FOUND"},
      {AppendFate::kUnknown,
       {StatusCode::kUnavailable, "m"},
       http::StatusCode::gateway_timeout,
       "UNAVAILABLE"},
      {AppendFate::kUnknown,
       {StatusCode::kUnavailable, "m", "STORE_FAILED"},
       http::StatusCode::gateway_timeout,
       "STORE_FAILED"},
  };
  for (const Case& c : cases) {
    const http::Response response = AppendResponse(kMessage, {c.fate, 0, {}, c.status});
    EXPECT_EQ(response.status, c.code) << c.reason;
    const json error = json::parse(response.body)["error"];
    EXPECT_EQ(error["reason"], c.reason);
    EXPECT_EQ(error["message"], "m");
    EXPECT_EQ(error["fate"], client::FateName(c.fate)) << c.reason;
  }
}

TEST(AppendResponseTest, FieldThatTheLogRefusedIsNamed) {
  const Status status(StatusCode::kInvalidArgument, "m", "INVALID_FIELD", {{"field", "channel"}});
  const http::Response response = AppendResponse(kMessage, {AppendFate::kRejected, 0, {}, status});
  EXPECT_EQ(json::parse(response.body)["error"]["field"], "channel");
}

}  // namespace
}  // namespace replog::chat
