#include "storage/model/channel_filter.h"

#include <gtest/gtest.h>

namespace replog {
namespace {

Chunk ChunkOf(std::vector<ChannelCount> channels) {
  return Chunk(0, {.count = 1}, std::string(36, '\0'), std::move(channels));
}

TEST(ChannelFilter, NoPatternMatchesEverything) {
  const ChannelFilter filter;
  EXPECT_TRUE(filter.all());
  EXPECT_TRUE(filter.Matches("anything"));
  EXPECT_TRUE(ChannelFilter(std::vector<std::string>()).all());
}

TEST(ChannelFilter, ANameMatchesOnlyItself) {
  const ChannelFilter filter({"rooms"});
  EXPECT_FALSE(filter.all());
  EXPECT_TRUE(filter.Matches("rooms"));
  EXPECT_FALSE(filter.Matches("room"));
  EXPECT_FALSE(filter.Matches("rooms/1"));
  EXPECT_FALSE(filter.Matches("Rooms"));
}

TEST(ChannelFilter, APrefixMatchesWhatStartsWithIt) {
  const ChannelFilter filter({"rooms/*"});
  EXPECT_TRUE(filter.Matches("rooms/"));
  EXPECT_TRUE(filter.Matches("rooms/1"));
  EXPECT_FALSE(filter.Matches("rooms"));
  EXPECT_FALSE(filter.Matches("other/rooms/1"));
}

TEST(ChannelFilter, AStarAloneMatchesEveryChannel) {
  const ChannelFilter filter({"*"});
  EXPECT_TRUE(filter.Matches("a"));
  EXPECT_TRUE(filter.Matches("ü"));
}

TEST(ChannelFilter, AnyOfSeveralPatternsIsEnough) {
  const ChannelFilter filter({"a", "b*", "a"});
  EXPECT_EQ(filter.names().size(), 1u) << "a name given twice is one";
  EXPECT_TRUE(filter.Matches("a"));
  EXPECT_TRUE(filter.Matches("bc"));
  EXPECT_FALSE(filter.Matches("ab"));
}

TEST(ChannelFilter, CoverageSaysWhichChunksNeedALook) {
  using Coverage = ChannelFilter::Coverage;
  const ChannelFilter filter({"a", "b*"});
  EXPECT_EQ(filter.CoverageOf(ChunkOf({{"a", 1}, {"b1", 2}})), Coverage::kWhole);
  EXPECT_EQ(filter.CoverageOf(ChunkOf({{"a", 1}, {"c", 2}})), Coverage::kSome);
  EXPECT_EQ(filter.CoverageOf(ChunkOf({{"c", 1}})), Coverage::kNone);
  EXPECT_EQ(filter.CoverageOf(ChunkOf({})), Coverage::kSome) << "unknown channels are looked at";
  EXPECT_EQ(ChannelFilter().CoverageOf(ChunkOf({{"c", 1}})), Coverage::kWhole);
}

}  // namespace
}  // namespace replog
