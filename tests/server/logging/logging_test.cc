#include "server/logging/logging.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>
#include <thread>

namespace replog {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class LoggingTest : public ::testing::Test {
 protected:
  LoggingTest() { EXPECT_EQ(::pipe(ends_), 0); }
  ~LoggingTest() override {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  void Open(const std::string& level, const std::string& format, int patience_ms = 60'000) {
    logging_.emplace(Logging::Options{level, format, ends_[1], patience_ms, 8});
  }
  // Ends the log, and gives all that it wrote.
  std::string Written() {
    std::string text;
    std::thread reader([&] {
      char buffer[4096];
      for (ssize_t n = 0; (n = ::read(ends_[0], buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<size_t>(n));
    });
    logging_.reset();
    ::close(ends_[1]);
    reader.join();
    return text;
  }
  // Until nothing more fits in.
  void FillPipe() {
    ::fcntl(ends_[1], F_SETFL, O_NONBLOCK);
    const std::string block(4096, 'x');
    while (::write(ends_[1], block.data(), block.size()) > 0) {
    }
    ::fcntl(ends_[1], F_SETFL, 0);
  }

  int ends_[2];
  std::optional<Logging> logging_;
};

TEST_F(LoggingTest, WritesWhatIsOfItsLevelInItsFormat) {
  Open("warn", "text");
  spdlog::info("too quiet");
  spdlog::warn("heard {}", 1);
  logging_->Set("info", "text");
  LogWith(spdlog::level::info, "now heard", {{"a", 1}});
  LogWith(spdlog::level::debug, "never", {});
  const std::string written = Written();
  EXPECT_THAT(written, HasSubstr(" warn heard 1\n"));
  EXPECT_THAT(written, HasSubstr(" info now heard a=1\n"));
  EXPECT_THAT(written, Not(HasSubstr("quiet")));
  EXPECT_THAT(written, Not(HasSubstr("never")));
}

TEST_F(LoggingTest, DebugIsTurnedOnAndBack) {
  Open("error", "json");
  logging_->ToggleDebug();
  spdlog::debug("on");
  logging_->ToggleDebug();
  spdlog::warn("off again");
  const std::string written = Written();
  EXPECT_THAT(written, HasSubstr("\"message\":\"on\""));
  EXPECT_THAT(written, Not(HasSubstr("off again")));
}

TEST_F(LoggingTest, NobodyWaitsForAReaderThatDoesNotReadAndWhatIsLostIsCounted) {
  Open("info", "text");
  FillPipe();
  constexpr int kLines = 1'000;  // the queue has room for 8
  for (int i = 0; i < kLines; ++i) spdlog::info("line {}", i);
  const std::string written = Written();
  EXPECT_THAT(written, HasSubstr(" warn log lines were dropped dropped="));
  EXPECT_THAT(written, HasSubstr("line 999\n")) << "the newest are kept";
}

TEST_F(LoggingTest, EndsThoughNobodyReads) {
  Open("info", "text", 1);
  FillPipe();
  for (int i = 0; i < 100; ++i) spdlog::info("line {}", i);
  logging_.reset();
}

}  // namespace
}  // namespace replog
