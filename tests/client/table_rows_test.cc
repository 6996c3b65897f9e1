#include "client/internal/table_rows.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace replog::client::internal {
namespace {

TableValue Value(int number) { return std::make_shared<const int>(number); }
int NumberOf(const TableValue& value) {
  return value == nullptr ? -1 : *static_cast<const int*>(value.get());
}

// A row whose value, sequence and hash tell it from every other.
TableRow Row(int number) {
  wire::DigestBytes hash;
  hash.fill(static_cast<uint8_t>(number));
  hash[31] = static_cast<uint8_t>(number >> 8);
  return {Value(number), static_cast<uint64_t>(number), hash};
}

TEST(TableRows, PutAndEraseGiveWhatWasThereBefore) {
  TableRows rows;
  EXPECT_EQ(rows.Put("c", "k", Row(1)), nullptr);
  EXPECT_EQ(NumberOf(rows.Put("c", "k", Row(2))), 1);
  EXPECT_EQ(rows.Find("c", "k")->sequence, 2u);
  EXPECT_EQ(rows.Find("c", "other"), nullptr);
  EXPECT_EQ(rows.Find("other", "k"), nullptr);
  EXPECT_EQ(rows.Erase("other", "k"), nullptr);
  EXPECT_EQ(rows.Erase("c", "other"), nullptr);
  EXPECT_EQ(NumberOf(rows.Erase("c", "k")), 2);
  EXPECT_EQ(rows.Erase("c", "k"), nullptr);
  EXPECT_EQ(rows.size(), 0u);
}

TEST(TableRows, AChannelWithoutRowsHasNoDigest) {
  TableRows rows;
  rows.Put("b", "k", Row(1));
  rows.Put("a", "k", Row(2));
  rows.Put("c", "k", Row(3));
  rows.Erase("c", "k");
  const auto digests = rows.Digests();
  ASSERT_EQ(digests.size(), 2u);
  EXPECT_EQ(digests[0].channel, "a");
  EXPECT_EQ(digests[0].digest, Row(2).hash) << "of one row it is that row's hash";
  EXPECT_EQ(digests[0].keys, 1u);
  EXPECT_EQ(digests[1].channel, "b");
}

TEST(TableRows, CompareNamesEachKeyThatDiffers) {
  TableRows before;
  TableRows after;
  before.Put("c", "same", Row(1));
  after.Put("c", "same", Row(1));
  before.Put("c", "changed", Row(2));
  after.Put("c", "changed", Row(3));
  before.Put("gone", "k", Row(4));
  after.Put("new", "k", Row(5));
  std::map<std::string, std::pair<int, int>> changes;
  CompareRows(before, after,
              [&](std::string_view channel, std::string_view key, const TableRow* old, const TableRow* now) {
                const auto number = [](const TableRow* row) {
                  return row == nullptr ? -1 : NumberOf(row->value);
                };
                changes[std::string(channel) + "/" + std::string(key)] = {number(old), number(now)};
              });
  EXPECT_EQ(changes, (std::map<std::string, std::pair<int, int>>{
                         {"c/changed", {2, 3}}, {"gone/k", {4, -1}}, {"new/k", {-1, 5}}}));
}

TEST(TableRows, EqualAMapWhateverIsPutAndErased) {
  std::mt19937 random(1);
  TableRows rows;
  std::map<std::pair<std::string, std::string>, int> model;
  for (int i = 0; i < 20'000; ++i) {
    const std::string channel(1, static_cast<char>('a' + random() % 3));
    const std::string key = std::to_string(random() % 60);
    const auto known = model.find({channel, key});
    const int before = known == model.end() ? -1 : known->second;
    if (random() % 2 == 0) {
      EXPECT_EQ(NumberOf(rows.Put(channel, key, Row(i))), before);
      model[{channel, key}] = i;
    } else {
      EXPECT_EQ(NumberOf(rows.Erase(channel, key)), before);
      model.erase({channel, key});
    }
    ASSERT_EQ(rows.size(), model.size());
  }
  TableRows fresh;
  auto expected = model.begin();
  rows.ForEach([&](std::string_view channel, std::string_view key, const TableRow& row) {
    ASSERT_EQ(expected->first, std::pair(std::string(channel), std::string(key))) << "in order";
    ASSERT_EQ(NumberOf(row.value), expected->second);
    fresh.Put(channel, key, row);
    ++expected;
  });
  EXPECT_EQ(expected, model.end());
  EXPECT_EQ(rows.Digests(), fresh.Digests()) << "kept in step is as good as computed anew";
}

}  // namespace
}  // namespace replog::client::internal
