#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/storage/support/store_driver.h"
#include "tests/support/temp_directory.h"

namespace replog::testing {

// A store in a directory of its own, with one log.
class StoreTest : public ::testing::Test {
 protected:
  RocksStore& store() { return driver_.store(); }

  const TempDirectory scratch_;
  StoreDriver driver_{SmallStore(scratch_ / "data")};
  LogNumber log_ = driver_.Create("log");
};

}  // namespace replog::testing
