#include "server/auth/token.h"

#include <gtest/gtest.h>

using namespace replog;

namespace {

const std::string kToken = "abcDEF0123456789-._~+/=";

TEST(BearerToken, IsTakenOutOfTheHeader) {
  EXPECT_EQ(BearerToken("Bearer " + kToken), kToken);
  EXPECT_EQ(BearerToken("bearer   " + kToken), kToken);
}

TEST(BearerToken, NothingElseIsOne) {
  for (const std::string& header :
       {std::string(), std::string("Bearer"), std::string("Bearer "), kToken, "Basic " + kToken,
        "Bearer " + kToken + " ", "Bearer " + kToken + "\n", "Bearer " + kToken + " " + kToken,
        "Bearer\t" + kToken, " Bearer " + kToken, std::string("Bearer short"),
        "Bearer " + std::string(513, 'a'), "Bearer " + kToken + std::string(1, '\0'),
        "Bearer " + kToken + "\xc3\xa4"})
    EXPECT_EQ(BearerToken(header), std::nullopt) << header;
  EXPECT_NE(BearerToken("Bearer " + std::string(512, 'a')), std::nullopt);
}

TEST(TokenDigest, IsSha256) {
  EXPECT_EQ(ToHex(DigestOf("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_TRUE(EqualInConstantTime(DigestOf("abc"), *DigestFromHex(ToHex(DigestOf("abc")))));
  EXPECT_FALSE(EqualInConstantTime(DigestOf("abc"), DigestOf("abd")));
}

TEST(TokenDigest, OnlySixtyFourHexadecimalDigitsAreOne) {
  const std::string hex(64, 'A');
  EXPECT_TRUE(DigestFromHex(hex));
  EXPECT_FALSE(DigestFromHex(hex.substr(1)));
  EXPECT_FALSE(DigestFromHex(hex + "A"));
  EXPECT_FALSE(DigestFromHex(hex.substr(1) + "g"));
  EXPECT_FALSE(DigestFromHex(""));
}

}  // namespace
