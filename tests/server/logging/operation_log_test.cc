#include "server/logging/operation_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

#include "server/logging/logging.h"
#include "tests/server/core/manual_clock.h"

namespace replog {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int64_t kSlowUs = 500'000;

class OperationLogTest : public ::testing::Test {
 protected:
  OperationLogTest() {
    spdlog::set_default_logger(
        std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(written_)));
    spdlog::set_pattern("%l %v");
    spdlog::set_level(spdlog::level::info);
  }
  // What is written of a call.
  std::string Ended(const absl::Status& status, int64_t took_us) {
    if (log_.Wants(status.code(), took_us))
      log_.OnEnded({{"r-1", "ipv4:peer"}, "LogAdmin/TrimLog", status, took_us});
    return Written();
  }
  std::string Written() {
    std::string text = written_.str();
    written_.str("");
    return text;
  }

  std::ostringstream written_;
  testing::ManualClock clock_;
  OperationLog log_{clock_, kSlowUs};
};

TEST_F(OperationLogTest, ACallThatIsNeitherSlowNorBadIsToldAtDebugOnly) {
  EXPECT_EQ(Ended(absl::OkStatus(), kSlowUs), "");
  EXPECT_EQ(Ended(absl::NotFoundError("no such log"), 1), "");
  spdlog::set_level(spdlog::level::debug);
  EXPECT_THAT(Ended(absl::NotFoundError("no such log"), 1),
              AllOf(HasSubstr("debug call"), HasSubstr("no such log")));
}

TEST_F(OperationLogTest, ASlowOneIsToldWithWhoAskedForIt) {
  EXPECT_THAT(Ended(absl::OkStatus(), kSlowUs + 1),
              AllOf(HasSubstr("warning slow call"), HasSubstr("\"took_us\":500001"),
                    HasSubstr("\"request_id\":\"r-1\""), HasSubstr("\"peer\":\"ipv4:peer\""),
                    HasSubstr("\"method\":\"LogAdmin/TrimLog\"")));
  log_.SetSlow(2 * kSlowUs);
  EXPECT_EQ(Ended(absl::OkStatus(), kSlowUs + 1), "");
}

TEST_F(OperationLogTest, TheServersFaultAndWhatIsDeniedAreToldWithTheRequest) {
  for (const auto& status :
       {absl::InternalError("why"), absl::DataLossError("why"), absl::UnavailableError("why")}) {
    EXPECT_THAT(Ended(status, 1),
                AllOf(HasSubstr("error call failed"), HasSubstr("\"why\":\"why\""), HasSubstr("r-1")));
  }
  for (const auto& status : {absl::PermissionDeniedError("why"), absl::UnauthenticatedError("why")}) {
    EXPECT_THAT(Ended(status, 1), AllOf(HasSubstr("warning call denied"), HasSubstr("r-1")));
  }
}

TEST_F(OperationLogTest, OfManyAFewAreWrittenEachSecondAndTheOthersCounted) {
  int lines = 0;
  for (int i = 0; i < 100; ++i) lines += Ended(absl::InternalError("why"), 1).empty() ? 0 : 1;
  EXPECT_EQ(lines, 10);
  EXPECT_THAT(Ended(absl::PermissionDeniedError("why"), 1), HasSubstr("denied"))
      << "each sort has its own count";
  clock_.monotonic_us += 1'000'000;
  EXPECT_THAT(Ended(absl::InternalError("why"), 1), HasSubstr("\"suppressed\":90"));
  EXPECT_THAT(Ended(absl::InternalError("why"), 1), Not(HasSubstr("suppressed")));
}

TEST_F(OperationLogTest, AGroupOfAppendsIsToldWithItsStagesAndItsOldestCaller) {
  const auto log = std::make_shared<Log>(StoredLog{}, 1 << 20);
  std::vector<PendingAppend> appends;
  appends.push_back({log, {}, nullptr, std::make_shared<const CallOrigin>(CallOrigin{"r-2", "ipv4:other"})});
  appends.push_back({log, {}, nullptr});
  GroupReport group{appends, 400'000, 1'000, 99'000, 0};
  log_.OnGroup(group);
  EXPECT_EQ(Written(), "") << "half a second is not longer than that";
  group.publish_us = 1;
  log_.OnGroup(group);
  EXPECT_THAT(Written(),
              AllOf(HasSubstr("slow appends"), HasSubstr("\"appends\":2"), HasSubstr("\"queue_us\":400000"),
                    HasSubstr("\"write_us\":99000"), HasSubstr("\"took_us\":500001"), HasSubstr("r-2")));
  group.status = absl::InternalError("disk");
  log_.OnGroup(group);
  EXPECT_THAT(Written(), AllOf(HasSubstr("appends failed"), HasSubstr("\"why\":\"disk\"")));
}

}  // namespace
}  // namespace replog
