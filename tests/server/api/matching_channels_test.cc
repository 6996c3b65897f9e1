#include "server/api/matching_channels.h"

#include <gtest/gtest.h>

#include <set>

using namespace replog;

namespace {

using Names = std::vector<std::string>;

class MatchingChannels : public ::testing::Test {
 protected:
  // As the store reads: by prefix, behind `after`.
  Names List(const Names& shown, const std::string& after, size_t at_most) {
    const auto found =
        ListMatchingChannels(NamePatterns(shown), after, at_most, [&](std::string_view prefix, size_t most) {
          std::vector<ChannelCount> read;
          for (const std::string& name : channels_) {
            if (read.size() < most && name > after && name.starts_with(prefix)) read.push_back({name, 1});
          }
          read_ += read.size();
          return read;
        });
    Names names;
    for (const ChannelCount& channel : *found) names.push_back(channel.name);
    return names;
  }
  std::set<std::string> channels_{"a", "a1", "a2", "b", "b1", "c"};
  size_t read_ = 0;
};

TEST_F(MatchingChannels, AreListedInOrder) {
  EXPECT_EQ(List({"c", "a*"}, "", 10), (Names{"a", "a1", "a2", "c"}));
  EXPECT_EQ(List({"*"}, "", 10), (Names{"a", "a1", "a2", "b", "b1", "c"}));
  EXPECT_EQ(List({"b", "x", "a1"}, "", 10), (Names{"a1", "b"}));
  EXPECT_EQ(List({}, "", 10), Names());
}

TEST_F(MatchingChannels, ANameIsNotAPrefix) { EXPECT_EQ(List({"b"}, "", 10), (Names{"b"})); }

TEST_F(MatchingChannels, APageGoesOnBehindTheLast) {
  EXPECT_EQ(List({"a*", "b", "c"}, "", 2), (Names{"a", "a1"}));
  EXPECT_EQ(List({"a*", "b", "c"}, "a1", 2), (Names{"a2", "b"}));
  EXPECT_EQ(List({"a*", "b", "c"}, "b", 2), (Names{"c"}));
}

TEST_F(MatchingChannels, WhatIsHiddenIsNotRead) {
  List({"a1", "b1"}, "", 10);
  EXPECT_EQ(read_, 2);
}

}  // namespace
