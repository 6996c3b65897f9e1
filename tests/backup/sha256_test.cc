#include "backup/sha256.h"

#include <gtest/gtest.h>

namespace replog {
namespace {

std::string HexOf(std::string_view data) {
  Sha256 sum;
  sum.Add(data);
  return sum.Hex();
}

// FIPS 180-2, appendix B.
TEST(Sha256, IsTheStandardsOwn) {
  EXPECT_EQ(HexOf(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(HexOf("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, DoesNotDependOnThePieces) {
  Sha256 sum;
  for (const char* piece : {"a", "", "b", "c"}) sum.Add(piece);
  EXPECT_EQ(sum.Hex(), HexOf("abc"));
}

}  // namespace
}  // namespace replog
