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
  return {.next_sequence = next, .committed_end = next, .position = std::move(position)};
}

TEST(ResumePoint, AsksFirstForWhatTheOptionsSay) {
  EXPECT_EQ(ResumePoint(Options(), "log").Begin().start_case(), v1::SubscribeRequest::START_NOT_SET);
  EXPECT_EQ(ResumePoint(Options(), "log").Begin().log(), "log");
  EXPECT_EQ(ResumePoint(Options(FromSequence{7}), "").Begin().from_sequence(), 7u);
  EXPECT_TRUE(ResumePoint(Options(NewOnly{}), "").Begin().new_only());
  const Position position{"uuid", 1, 2, 3};
  EXPECT_EQ(FromProto(ResumePoint(Options(FromPosition{position}), "").Begin().from_position()), position);
  const Time time(std::chrono::microseconds(1'500'000));
  EXPECT_EQ(FromProto(ResumePoint(Options(FromTime{time}), "").Begin().from_time()), time);
}

TEST(ResumePoint, AsksAfterABreakForThePositionOfTheLastFrame) {
  ResumePoint resume(Options(NewOnly{}, {"room-*"}), "log");
  ASSERT_TRUE(resume.Complete(Frame(10, Position{"uuid", 0, 4, 10})));
  ASSERT_TRUE(resume.Complete(Frame(25)));
  const v1::SubscribeRequest request = resume.Begin();
  EXPECT_EQ(FromProto(request.from_position()), (Position{"uuid", 0, 4, 25}));
  EXPECT_EQ(request.channels(0), "room-*");
  EXPECT_FALSE(request.new_only());
}

TEST(ResumePoint, TakesANewEpochFromTheFrameThatBringsIt) {
  ResumePoint resume(Options(), "");
  ASSERT_TRUE(resume.Complete(Frame(10, Position{"uuid", 0, 4, 10})));
  ASSERT_TRUE(resume.Complete(Frame(10, Position{"uuid", 0, 5, 10})));
  EXPECT_EQ(resume.Begin().from_position().epoch(), 5u);
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

class TableResumePoint : public testing::Test {
 protected:
  static SubscriptionOptions TableOptions() {
    SubscriptionOptions options;
    options.table = true;
    return options;
  }
  // Of a log that is at 10, at `epoch`.
  static FrameTrailer Rows(uint64_t epoch = 1) { return Frame(10, Position{"uuid", 0, epoch, 10}); }
  static FrameTrailer Complete(uint64_t next) {
    FrameTrailer trailer = Frame(next);
    trailer.table_complete = true;
    return trailer;
  }

  void ExpectTable(const v1::SubscribeRequest& request) {
    EXPECT_TRUE(request.table());
    EXPECT_EQ(request.start_case(), v1::SubscribeRequest::START_NOT_SET);
    EXPECT_EQ(resume_.position(), nullptr);
  }

  ResumePoint resume_{TableOptions(), "log"};
};

TEST_F(TableResumePoint, AdmitsRowsInAnyOrderAndThenTheLogWithoutGaps) {
  ExpectTable(resume_.Begin());
  EXPECT_TRUE(resume_.Admit(7));
  EXPECT_TRUE(resume_.Admit(2));
  ASSERT_TRUE(resume_.Complete(Rows()));
  EXPECT_TRUE(resume_.Admit(5));
  ASSERT_TRUE(resume_.Complete(Frame(10)));
  EXPECT_TRUE(resume_.Admit(10));
  EXPECT_FALSE(resume_.Admit(3)) << "a row after the log was begun";
  EXPECT_FALSE(resume_.Admit(12)) << "11 is missing";
}

TEST_F(TableResumePoint, AFrameMayNotEndBeforeItsRecordsAlsoWhileItLoads) {
  ASSERT_TRUE(resume_.Complete(Rows()));
  EXPECT_TRUE(resume_.Admit(10));
  EXPECT_FALSE(resume_.Complete(Frame(10)));
}

TEST_F(TableResumePoint, BeginsWithTheTableAgainUntilItIsComplete) {
  resume_.Begin();
  ASSERT_TRUE(resume_.Complete(Rows()));
  EXPECT_TRUE(resume_.Admit(10));
  ASSERT_TRUE(resume_.Complete(Frame(11)));
  ExpectTable(resume_.Begin());
  EXPECT_TRUE(resume_.TakeReset());
  EXPECT_FALSE(resume_.TakeReset()) << "said once";
  EXPECT_TRUE(resume_.Admit(30));
  ASSERT_TRUE(resume_.Complete(Frame(40))) << "the log has moved";
}

TEST_F(TableResumePoint, NothingIsVoidWhenNothingCame) {
  resume_.Begin();
  ExpectTable(resume_.Begin());
  EXPECT_FALSE(resume_.TakeReset());
}

TEST_F(TableResumePoint, ResumesLikeAnyOtherOnceItIsComplete) {
  resume_.Begin();
  ASSERT_TRUE(resume_.Complete(Rows(4)));
  ASSERT_TRUE(resume_.Complete(Complete(10)));
  EXPECT_TRUE(resume_.TriesAgain(Status(StatusCode::kUnavailable, "")));
  const v1::SubscribeRequest request = resume_.Begin();
  EXPECT_FALSE(request.table());
  EXPECT_EQ(FromProto(request.from_position()), (Position{"uuid", 0, 4, 10}));
  EXPECT_FALSE(resume_.TakeReset());
  EXPECT_FALSE(resume_.Admit(9));
}

TEST_F(TableResumePoint, BeginsWithTheTableAgainWhenItsPlaceIsGone) {
  for (const char* reason : {"BELOW_FIRST_KEPT", "PAST_THE_END", "FORKED", "WRONG_LOG"}) {
    resume_.Begin();
    ASSERT_TRUE(resume_.Complete(Rows()));
    ASSERT_TRUE(resume_.Complete(Complete(10)));
    EXPECT_TRUE(resume_.TriesAgain(Status(StatusCode::kOutOfRange, "", reason)));
    ExpectTable(resume_.Begin());
    EXPECT_TRUE(resume_.TakeReset());
    // Of another history: nothing of the old one counts.
    EXPECT_TRUE(resume_.Admit(1));
    ASSERT_TRUE(resume_.Complete(Frame(2, Position{"other", 0, 1, 2})));
    ASSERT_TRUE(resume_.Complete(Complete(2)));
    EXPECT_EQ(*resume_.position(), (Position{"other", 0, 1, 2}));
    EXPECT_TRUE(resume_.TriesAgain(Status(StatusCode::kOutOfRange, "", reason)));
  }
}

TEST_F(TableResumePoint, IsNotAtItsEndBeforeItIsComplete) {
  SubscriptionOptions options = TableOptions();
  options.until_sequence = 3;
  ResumePoint resume(options, "");
  ASSERT_TRUE(resume.Complete(Rows()));
  EXPECT_FALSE(resume.AtEnd());
  ASSERT_TRUE(resume.Complete(Complete(10)));
  EXPECT_TRUE(resume.AtEnd());
}

TEST(ResumePoint, IsOverWhenItsPlaceIsGone) {
  ResumePoint resume(Options(), "");
  EXPECT_FALSE(resume.TriesAgain(Status(StatusCode::kOutOfRange, "", "BELOW_FIRST_KEPT")));
  EXPECT_FALSE(resume.TriesAgain(Status(StatusCode::kAborted, "", "FORKED")));
}

TEST(JudgeEnd, WhatOnlyATableSurvivesIsTold) {
  for (const char* reason : {"BELOW_FIRST_KEPT", "PAST_THE_END", "FORKED", "WRONG_LOG"}) {
    EXPECT_EQ(JudgeEnd(Status(StatusCode::kAborted, "", reason)), StreamVerdict::kGone) << reason;
  }
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
