#include "server/config/reference.h"

#include <gtest/gtest.h>

#include "tests/support/child_process.h"

namespace replog {
namespace {

TEST(Reference, ThePageInTheTreeIsWhatTheCodeWrites) {
  EXPECT_EQ(testing::ReadFile(REPLOG_SETTINGS_PAGE), SettingsPage())
      << "write it again: replogd --print-settings > docs/settings.md";
}

}  // namespace
}  // namespace replog
