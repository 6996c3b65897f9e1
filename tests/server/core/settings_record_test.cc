#include "server/core/settings_record.h"

#include <gtest/gtest.h>

namespace replog {
namespace {

SettingsRecord Example() {
  return {"orders",
          {.durability = Durability::kOs,
           .retention_age_us = 90'500'000,
           .retention_bytes = 1ULL << 40,
           .retention_records = UINT64_MAX,
           .dedupe_window_us = 0}};
}

TEST(SettingsRecordTest, IsTheJsonOfTheContractsMessage) {
  EXPECT_EQ(
      EncodeSettingsRecord(Example()),
      R"({"log":"orders","settings":{"durability":"DURABILITY_OS","retentionAge":"90.500s",)"
      R"("retentionBytes":"1099511627776","retentionRecords":"18446744073709551615","dedupeWindow":"0s"}})");
}

TEST(SettingsRecordTest, ComesBack) {
  EXPECT_EQ(DecodeSettingsRecord(EncodeSettingsRecord(Example())), Example());
  EXPECT_EQ(DecodeSettingsRecord(EncodeSettingsRecord({"default", {}})), (SettingsRecord{"default", {}}));
}

TEST(SettingsRecordTest, WhatIsNoneIsNone) {
  for (const char* text :
       {"", "{}", "[]", R"({"log":"a","settings":{}})",
        R"({"log":"a","settings":{"durability":"NONE","retentionAge":"0s","retentionBytes":"0",)"
        R"("retentionRecords":"0","dedupeWindow":"0s"}})",
        R"({"log":"a","settings":{"durability":"DURABILITY_OS","retentionAge":"0",)"
        R"("retentionBytes":"0","retentionRecords":"0","dedupeWindow":"0s"}})"})
    EXPECT_EQ(DecodeSettingsRecord(text), std::nullopt) << text;
}

}  // namespace
}  // namespace replog
