#include "server/http/record_match.h"

#include <gtest/gtest.h>

namespace replog {
namespace {

v1::Record Record() {
  v1::Record record;
  record.set_channel("Room-1");
  record.set_key("user-7");
  record.set_text("Hello there");
  record.set_id("id-9");
  (*record.mutable_headers())["trace"] = "Abc";
  return record;
}

TEST(RecordMatchTest, WithoutAnythingItIsAll) {
  EXPECT_TRUE(RecordMatch().all());
  EXPECT_TRUE(RecordMatch().Fits(Record()));
}

TEST(RecordMatchTest, KeyIsTheWholeKey) {
  EXPECT_TRUE((RecordMatch{"user-7", ""}).Fits(Record()));
  for (const char* key : {"user", "USER-7", "user-77", ""})
    EXPECT_FALSE((RecordMatch{key, ""}).Fits(Record()));
  EXPECT_FALSE((RecordMatch{"user-7", ""}).Fits(v1::Record()));
}

TEST(RecordMatchTest, TextMayBeAnywhereInEitherCase) {
  for (const char* text : {"hello", "THERE", "room-1", "SER-7", "id-9", "TRACE", "abc"})
    EXPECT_TRUE((RecordMatch{{}, text}).Fits(Record())) << text;
  for (const char* text : {"hello  there", "room-2", "tracea"})
    EXPECT_FALSE((RecordMatch{{}, text}).Fits(Record())) << text;
}

TEST(RecordMatchTest, PayloadIsLookedAtAsBytes) {
  v1::Record record;
  record.set_payload(std::string("\0\xff\x01 needle \0", 12));
  EXPECT_TRUE((RecordMatch{{}, "needle"}).Fits(record));
  EXPECT_TRUE((RecordMatch{{}, "\xff\x01"}).Fits(record));
}

TEST(RecordMatchTest, TakesNoLongerForATextThatAlmostFitsEverywhere) {
  constexpr size_t kText = 3 << 20;
  constexpr size_t kWanted = 16 << 10;
  v1::Record record;
  record.set_text(std::string(kText, 'a'));
  // Compared at each place, this would be 5e10 steps.
  EXPECT_FALSE((RecordMatch{{}, std::string(kWanted, 'a') + "b"}).Fits(record));
  EXPECT_FALSE((RecordMatch{{}, "b" + std::string(kWanted, 'a')}).Fits(record));
}

TEST(RecordMatchTest, BothAreToFit) {
  EXPECT_TRUE((RecordMatch{"user-7", "hello"}).Fits(Record()));
  EXPECT_FALSE((RecordMatch{"user-7", "bye"}).Fits(Record()));
  EXPECT_FALSE((RecordMatch{"user-8", "hello"}).Fits(Record()));
}

}  // namespace
}  // namespace replog
