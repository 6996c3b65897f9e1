#include "client/internal/resume_point.h"

#include <gtest/gtest.h>

namespace replog::client::internal {
namespace {

SubscriptionOptions Options(SubscribeStart start = {}, std::vector<std::string> channels = {}) {
  SubscriptionOptions options;
  options.start = std::move(start);
  options.channels = std::move(channels);
  return options;
}

FrameTrailer Frame(uint64_t next, std::optional<Position> position = {}) {
  return {.next_sequence = next, .committed_end = next, .caught_up = false, .position = std::move(position)};
}

TEST(ResumePoint, AsksFirstForWhatTheOptionsSay) {
  EXPECT_EQ(ResumePoint(Options(), "log").Request().start_case(), v1::SubscribeRequest::START_NOT_SET);
  EXPECT_EQ(ResumePoint(Options(), "log").Request().log(), "log");
  EXPECT_EQ(ResumePoint(Options(FromSequence{7}), "").Request().from_sequence(), 7u);
  EXPECT_TRUE(ResumePoint(Options(NewOnly{}), "").Request().new_only());
  const Position position{"uuid", 1, 2, 3};
  EXPECT_EQ(FromProto(ResumePoint(Options(FromPosition{position}), "").Request().from_position()), position);
  const Time time(std::chrono::microseconds(1'500'000));
  EXPECT_EQ(FromProto(ResumePoint(Options(FromTime{time}), "").Request().from_time()), time);
}

TEST(ResumePoint, AsksAfterABreakForThePositionOfTheLastFrame) {
  ResumePoint resume(Options(NewOnly{}, {"room-*"}), "log");
  ASSERT_TRUE(resume.Complete(Frame(10, Position{"uuid", 0, 4, 10})));
  ASSERT_TRUE(resume.Complete(Frame(25)));
  const v1::SubscribeRequest request = resume.Request();
  EXPECT_EQ(FromProto(request.from_position()), (Position{"uuid", 0, 4, 25}));
  EXPECT_EQ(request.channels(0), "room-*");
  EXPECT_FALSE(request.new_only());
}

TEST(ResumePoint, TakesANewEpochFromTheFrameThatBringsIt) {
  ResumePoint resume(Options(), "");
  ASSERT_TRUE(resume.Complete(Frame(10, Position{"uuid", 0, 4, 10})));
  ASSERT_TRUE(resume.Complete(Frame(10, Position{"uuid", 0, 5, 10})));
  EXPECT_EQ(resume.Request().from_position().epoch(), 5u);
}

TEST(ResumePoint, AdmitsEachRecordOnceAndInOrder) {
  ResumePoint resume(Options(FromSequence{5}), "");
  EXPECT_TRUE(resume.Admit(5));
  EXPECT_TRUE(resume.Admit(6));
  EXPECT_FALSE(resume.Admit(6));
}

TEST(ResumePoint, WithoutAFilterAGapIsNotAdmitted) {
  ResumePoint resume(Options(FromSequence{5}), "");
  EXPECT_FALSE(resume.Admit(6));
  ResumePoint empty_frame(Options(FromSequence{5}), "");
  EXPECT_FALSE(empty_frame.Complete(Frame(6)));
}

TEST(ResumePoint, WithAFilterGapsAreLegalAndRepetitionsAreNot) {
  ResumePoint resume(Options(FromSequence{5}, {"room"}), "");
  EXPECT_TRUE(resume.Admit(8));
  EXPECT_TRUE(resume.Complete(Frame(20)));
  EXPECT_FALSE(resume.Admit(19));
}

TEST(ResumePoint, AFrameMayNotEndBeforeItsRecords) {
  ResumePoint resume(Options(FromSequence{5}, {"room"}), "");
  EXPECT_TRUE(resume.Admit(8));
  EXPECT_FALSE(resume.Complete(Frame(8)));
}

TEST(ResumePoint, IsAtItsEndWhenUntilIsReached) {
  SubscriptionOptions options = Options(FromSequence{0});
  options.until_sequence = 2;
  ResumePoint resume(options, "");
  EXPECT_FALSE(resume.AtEnd());
  resume.Admit(0);
  resume.Admit(1);
  ASSERT_TRUE(resume.Complete(Frame(2)));
  EXPECT_TRUE(resume.AtEnd());
}

TEST(JudgeEnd, OnlyWhatMayMendItselfIsTriedAgain) {
  for (const StatusCode code : {StatusCode::kUnavailable, StatusCode::kInternal, StatusCode::kUnknown,
                                StatusCode::kCancelled, StatusCode::kOk, StatusCode::kDeadlineExceeded}) {
    EXPECT_EQ(JudgeEnd(Status(code, "")), StreamVerdict::kResume) << StatusCodeName(code);
  }
  for (const StatusCode code :
       {StatusCode::kOutOfRange, StatusCode::kAborted, StatusCode::kNotFound, StatusCode::kInvalidArgument,
        StatusCode::kDataLoss, StatusCode::kUnimplemented, StatusCode::kPermissionDenied,
        StatusCode::kUnauthenticated}) {
    EXPECT_EQ(JudgeEnd(Status(code, "")), StreamVerdict::kOver) << StatusCodeName(code);
  }
}

}  // namespace
}  // namespace replog::client::internal
