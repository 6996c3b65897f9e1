#include <gtest/gtest.h>

#include "client/cli/base64.h"
#include "client/cli/bench/percentiles.h"
#include "client/cli/duration.h"
#include "client/cli/human_format.h"
#include "client/cli/time_format.h"

namespace replog::cli {
namespace {

using client::Time;
using std::chrono::microseconds;

TEST(TimeFormat, RoundTripsToTheMicrosecond) {
  for (const int64_t us :
       {int64_t{0}, int64_t{1}, int64_t{1'103'933'100'123'456}, int64_t{4'102'444'800'000'000}}) {
    const Time time{microseconds(us)};
    EXPECT_EQ(ParseTime(FormatTime(time)), time) << FormatTime(time);
  }
  EXPECT_EQ(FormatTime(Time(microseconds(0))), "1970-01-01T00:00:00Z");
}

TEST(TimeFormat, TakesOffsetsAndRefusesOtherText) {
  EXPECT_EQ(ParseTime("1970-01-01T02:00:00+02:00"), Time(microseconds(0)));
  for (const char* text : {"", "yesterday", "1970-01-01", "1970-13-01T00:00:00Z", "1970-01-01T00:00:00Zx",
                           "infinite-future", "infinite-past"}) {
    EXPECT_FALSE(ParseTime(text).has_value()) << text;
  }
}

TEST(Base64, RoundTripsAndIsStrict) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(DecodeBase64(EncodeBase64(bytes)), bytes);
    bytes += static_cast<char>(i);
  }
  for (const char* text : {"A", "AA", "AA=", "A A=", "AB==", "AA==\n", "-_=="}) {
    EXPECT_FALSE(DecodeBase64(text).has_value()) << text;
  }
}

TEST(Duration, IsInMillisecondsAndNamesWhatIsLegal) {
  using std::chrono::milliseconds;
  const auto in_ms = [](std::string text) {
    const std::string error = Duration(milliseconds(1), std::chrono::hours(48))(text);
    return error.empty() ? text : error;
  };
  EXPECT_EQ(in_ms("1ms"), "1");
  EXPECT_EQ(in_ms("90m"), "5400000");
  EXPECT_EQ(in_ms("2d"), "172800000");
  for (const char* text :
       {"", "0s", "49h", "30", "-1s", "1.5s", "5 s", "s", "99999999999999999999ms", "9999999999999999d"}) {
    EXPECT_NE(in_ms(text).find("\"" + std::string(text) + "\" is not a duration of 1ms to 2d, as in 500ms"),
              std::string::npos)
        << in_ms(text);
  }
}

TEST(HumanFormat, GroupsDigitsAndScalesBytes) {
  EXPECT_EQ(WithSeparators(0), "0");
  EXPECT_EQ(WithSeparators(999), "999");
  EXPECT_EQ(WithSeparators(206'046), "206,046");
  EXPECT_EQ(WithSeparators(1'000'000), "1,000,000");
  EXPECT_EQ(HumanBytes(1'023), "1023 B");
  EXPECT_EQ(HumanBytes(1'536), "1.5 KiB");
}

TEST(Percentiles, AreTheSmallestSampleThatSoManyAreNotAbove) {
  std::vector<int64_t> samples;
  for (int64_t i = 1'000; i >= 1; --i) samples.push_back(i * 1'000);
  const auto result = PercentilesUs(samples);
  EXPECT_EQ(result["p50"], 500.0);
  EXPECT_EQ(result["p90"], 900.0);
  EXPECT_EQ(result["p99"], 990.0);
  EXPECT_EQ(result["p99.9"], 999.0);
  EXPECT_EQ(result["max"], 1'000.0);
  EXPECT_EQ(PercentilesUs({7'000})["p50"], 7.0);
  EXPECT_TRUE(PercentilesUs({}).is_null());
}

}  // namespace
}  // namespace replog::cli
