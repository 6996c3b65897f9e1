#include "server/auth/name_patterns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

using namespace replog;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

using Texts = std::vector<std::string>;

// All names of up to three letters out of two: patterns over the same letters are told apart by them.
Texts AllNames() {
  Texts names{"a", "b"};
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].size() == 3) continue;
    names.push_back(names[i] + "a");
    names.push_back(names[i] + "b");
  }
  return names;
}

Texts RandomPatterns(std::minstd_rand& random) {
  Texts patterns(random() % 4);
  for (std::string& pattern : patterns) {
    const bool prefix = random() % 2 == 0;
    for (size_t letters = random() % 4 + (prefix ? 0 : 1); letters > 0; --letters)
      pattern.push_back(random() % 2 == 0 ? 'a' : 'b');
    pattern.resize(std::min<size_t>(pattern.size(), 3));
    if (prefix) pattern.push_back('*');
  }
  return patterns;
}

bool MatchesAny(const Texts& patterns, const std::string& name) {
  for (const std::string& pattern : patterns) {
    if (pattern == name) return true;
    if (pattern.back() == '*' && name.compare(0, pattern.size() - 1, pattern, 0, pattern.size() - 1) == 0)
      return true;
  }
  return false;
}

class NamePatternsTest : public testing::Test {
 protected:
  void ForRandomPairs(const std::function<void(const Texts&, const Texts&)>& check) {
    std::minstd_rand random(7);
    for (int i = 0; i < 5'000; ++i) check(RandomPatterns(random), RandomPatterns(random));
  }
  const Texts names_ = AllNames();
};

TEST_F(NamePatternsTest, CoversWhatAnyPatternMatches) {
  ForRandomPairs([&](const Texts& patterns, const Texts&) {
    for (const std::string& name : names_)
      EXPECT_EQ(NamePatterns(patterns).Covers(name), MatchesAny(patterns, name)) << name;
  });
}

TEST_F(NamePatternsTest, TheIntersectionHasWhatBothHave) {
  ForRandomPairs([&](const Texts& a, const Texts& b) {
    const NamePatterns both = NamePatterns(a).Intersect(NamePatterns(b));
    for (const std::string& name : names_)
      EXPECT_EQ(both.Covers(name), MatchesAny(a, name) && MatchesAny(b, name)) << name;
    EXPECT_TRUE(NamePatterns(a).Covers(both));
    EXPECT_TRUE(NamePatterns(b).Covers(both));
  });
}

TEST_F(NamePatternsTest, TheUnionHasWhatAnyHas) {
  ForRandomPairs([&](const Texts& a, const Texts& b) {
    const NamePatterns any = NamePatterns(a).Unite(NamePatterns(b));
    for (const std::string& name : names_)
      EXPECT_EQ(any.Covers(name), MatchesAny(a, name) || MatchesAny(b, name)) << name;
    EXPECT_TRUE(any.Covers(NamePatterns(a)));
  });
}

TEST_F(NamePatternsTest, CoveringASetIsCoveringItsNames) {
  ForRandomPairs([&](const Texts& a, const Texts& b) {
    if (!NamePatterns(a).Covers(NamePatterns(b))) return;
    for (const std::string& name : names_) EXPECT_LE(MatchesAny(b, name), MatchesAny(a, name)) << name;
  });
}

TEST_F(NamePatternsTest, WritingAndReadingGivesTheSame) {
  ForRandomPairs([&](const Texts& a, const Texts&) {
    const Texts written = NamePatterns(a).ToStrings();
    EXPECT_EQ(NamePatterns(written).ToStrings(), written);
  });
}

TEST(NamePatterns, AreInTheirShortestForm) {
  EXPECT_THAT(NamePatterns({"b", "room-1", "room-*", "room-x*", "a", "b"}).ToStrings(),
              ElementsAre("a", "b", "room-*"));
  EXPECT_THAT(NamePatterns({"x", "*", "y*"}).ToStrings(), ElementsAre("*"));
  EXPECT_TRUE(NamePatterns({"x", "*"}).all());
  EXPECT_FALSE(NamePatterns({"x"}).all());
  EXPECT_THAT(NamePatterns().ToStrings(), IsEmpty());
}

TEST(NamePatterns, NoNumberOfLongerPrefixesCoversAPrefix) {
  EXPECT_FALSE(NamePatterns({"ra*", "rb*"}).Covers(NamePatterns({"r*"})));
  EXPECT_TRUE(NamePatterns({"r*"}).Covers(NamePatterns({"ra*", "rb", "r"})));
  EXPECT_FALSE(NamePatterns({"r"}).Covers(NamePatterns({"r*"})));
  EXPECT_TRUE(NamePatterns({"r"}).Covers(NamePatterns()));
}

}  // namespace
