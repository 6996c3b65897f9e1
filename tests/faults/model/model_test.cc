// A real server against a map and a list: random changes and reads, kills in the midst of changes, and
// repetitions of what lost its answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <random>

#include "tests/faults/model/story.h"

namespace replog::model {
namespace {

using ::testing::HasSubstr;

constexpr int kSteps = 400;

void Play(uint64_t seed) {
  std::cout << "REPLOG_SEED=" << seed << " repeats the choices of this run\n";
  Story story(seed);
  ASSERT_EQ(story.Play(kSteps), "");
  EXPECT_EQ(story.Finish(), "");
  std::cout << story.Summary() << "\n";
}

TEST(Model, SaysWhatTheServerSays) {
  if (const char* given = std::getenv("REPLOG_SEED")) return Play(std::strtoull(given, nullptr, 10));
  for (const uint64_t seed : {1, 2, 3}) Play(seed);
  Play(std::random_device()());
}

// It must be able to fail: the model believes in one change more than the server was asked for.
std::string FoundAfter(const Change& planted) {
  Story story(1);
  EXPECT_EQ(story.Play(15), "");
  EXPECT_EQ(story.model().Apply(planted).refused, "");
  std::string found = story.Play(kSteps);
  std::cout << found << "\n";
  return found;
}

Change PlantedRecord(const char* key, bool deleted) {
  Change change{.kind = Change::Kind::kAppend, .log = "default"};
  auto* record = change.append.add_records();
  record->set_channel("a");
  if (key != nullptr) record->set_key(key);
  record->set_deleted(deleted);
  return change;
}

TEST(ModelPlanted, ARecordThatIsMissingIsFound) {
  EXPECT_THAT(FoundAfter(PlantedRecord(nullptr, false)), HasSubstr("expected"));
}
TEST(ModelPlanted, ATombstoneThatIsMissingIsFound) {
  EXPECT_THAT(FoundAfter(PlantedRecord("key-1", true)), HasSubstr("expected"));
}
TEST(ModelPlanted, ATrimThatIsMissingIsFound) {
  EXPECT_THAT(FoundAfter({.kind = Change::Kind::kTrim, .log = "default", .sequence = 3}), HasSubstr("kept"));
}
TEST(ModelPlanted, ACursorThatIsMissingIsFound) {
  EXPECT_THAT(FoundAfter({.kind = Change::Kind::kAcknowledge, .log = "default", .node = "planted"}),
              HasSubstr("the nodes are"));
}
TEST(ModelPlanted, ALogThatIsMissingIsFound) {
  EXPECT_THAT(FoundAfter({.kind = Change::Kind::kCreateLog, .log = "planted"}), HasSubstr("planted"));
}

}  // namespace
}  // namespace replog::model
