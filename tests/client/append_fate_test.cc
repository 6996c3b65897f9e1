#include <gtest/gtest.h>

#include "client/append.h"

namespace replog::client {
namespace {

AppendFate Fate(StatusCode code, std::string_view reason = {}) { return FateOf(Status(code, "", reason)); }

TEST(AppendFate, SuccessIsAcknowledged) { EXPECT_EQ(FateOf(Status()), AppendFate::kAcknowledged); }

TEST(AppendFate, WhatTheServerRefusesIsRejected) {
  for (const StatusCode code :
       {StatusCode::kInvalidArgument, StatusCode::kNotFound, StatusCode::kFailedPrecondition,
        StatusCode::kUnimplemented, StatusCode::kPermissionDenied}) {
    EXPECT_EQ(Fate(code, "ANY"), AppendFate::kRejected) << StatusCodeName(code);
  }
  EXPECT_EQ(Fate(StatusCode::kResourceExhausted, "TOO_LARGE"), AppendFate::kRejected);
  EXPECT_EQ(Fate(StatusCode::kUnavailable, "SHUTTING_DOWN"), AppendFate::kRejected);
}

TEST(AppendFate, WhatWasNeverSentIsRejected) {
  EXPECT_EQ(Fate(StatusCode::kUnavailable, reason::kUnreachable), AppendFate::kRejected);
  EXPECT_EQ(Fate(StatusCode::kAborted, reason::kNotSent), AppendFate::kRejected);
}

TEST(AppendFate, WhatBrokeBeforeTheAnswerIsUnknown) {
  EXPECT_EQ(Fate(StatusCode::kUnavailable), AppendFate::kUnknown);
  EXPECT_EQ(Fate(StatusCode::kUnavailable, "STORE_FAILED"), AppendFate::kUnknown);
  EXPECT_EQ(Fate(StatusCode::kDeadlineExceeded), AppendFate::kUnknown);
  EXPECT_EQ(Fate(StatusCode::kInternal), AppendFate::kUnknown);
  // gRPC's own, for example for an answer that is too large.
  EXPECT_EQ(Fate(StatusCode::kResourceExhausted), AppendFate::kUnknown);
}

}  // namespace
}  // namespace replog::client
