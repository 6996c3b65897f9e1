#include "server/http/resume_id.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace replog {
namespace {

TEST(ResumeIdTest, IsThePositionInFull) {
  const Position position{"a36c4acf-a9a9-4237-8a00-7392f75c767c", 1, 2, UINT64_MAX};
  EXPECT_EQ(ToResumeId(position), "a36c4acf-a9a9-4237-8a00-7392f75c767c.1.2.18446744073709551615");
  EXPECT_EQ(*FromResumeId(ToResumeId(position)), position);
}

TEST(ResumeIdTest, AnythingElseIsRefused) {
  for (const char* id : {"", "7", "u.1.2", "u.1.2.3.4", ".1.2.3", "u.1.2.", "u.1.2.-3", "u.1.2.+3",
                         "u.1.2. 3", "u.1.2.0x3", "u.1.2.18446744073709551616", "u..2.3"}) {
    EXPECT_EQ(ReasonOf(FromResumeId(id).status()), Reason::kInvalidField) << id;
  }
}

}  // namespace
}  // namespace replog
