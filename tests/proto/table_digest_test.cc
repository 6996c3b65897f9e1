#include "proto/wire/table_digest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace replog::wire {
namespace {

using Body = RecordView::Body;
using std::string_view_literals::operator""sv;

std::string Hex(const DigestBytes& bytes) {
  std::string hex;
  for (const uint8_t byte : bytes) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

RecordView Row(std::string_view channel, std::string_view key, uint64_t sequence, Body kind,
               std::string_view body) {
  RecordView row;
  row.channel = channel;
  row.key = key;
  row.has_key = true;
  row.sequence = sequence;
  row.body_kind = kind;
  row.body = body;
  return row;
}

const std::vector<RecordView> kRows{
    Row("users", "alice", 0, Body::kText, R"({"color":"blue"})"),
    Row("users", "größe", (uint64_t{1} << 40) + 7, Body::kPayload, "\0\xff"sv),
    Row("u", "k", UINT64_MAX, Body::kNone, ""),
};

// The expected values were computed with Python's hashlib from the definition.
TEST(RowHasher, FollowsTheDefinition) {
  RowHasher hasher;
  EXPECT_EQ(Hex(hasher.Hash(kRows[0])), "41ef675e935f34c02f8fdf915d30b85473c8c1a2c77ce327e28b3f29b1f0ab37");
  EXPECT_EQ(Hex(hasher.Hash(kRows[1])), "1c1f719df983c1f317ab7805f180492825328b560112be47b22f771c689eb919");
  EXPECT_EQ(Hex(hasher.Hash(kRows[2])), "2446958071ee44162e90bea2388aa5fcc80e3ab0191f7a6091642e39b3b9407f");
  RecordView tombstone = Row("u", "k", 3, Body::kNone, "");
  tombstone.deleted = true;
  EXPECT_EQ(Hex(hasher.Hash(tombstone)), "155e060c4a176d889269d19c3c81d51cc7aa7fc650e48b52ef0ecbdad4dcd6eb");
  EXPECT_EQ(Hex(hasher.Hash(Row("u", "k", 3, Body::kText, ""))),
            "6a0a3916feb05754be680267dc450dfd53a46d0e748477d5e52a054973fcd054")
      << "an empty text is a body, and differs from no body";
}

TEST(RowHasher, CoversNothingElse) {
  RowHasher hasher;
  RecordView other = kRows[0];
  other.time_us = 5;
  other.version = 7;
  other.encoded = "encoded";
  EXPECT_EQ(hasher.Hash(other), hasher.Hash(kRows[0]));
}

TEST(TableDigest, FollowsTheDefinition) {
  RowHasher hasher;
  TableDigest digest;
  EXPECT_EQ(Hex(digest.bytes()), std::string(64, '0'));
  for (const RecordView& row : kRows) digest.Add(hasher.Hash(row));
  EXPECT_EQ(Hex(digest.bytes()), "81546e7cfed13aca75ca163a873ba779610987a9e2ad1bd02520e57ecc48a6d0");
  EXPECT_EQ(digest.keys(), 3u);
}

TEST(TableDigest, CarriesThroughAllItsPartsAndWrapsAround) {
  DigestBytes most;
  most.fill(0xff);
  DigestBytes one{};
  one[0] = 1;
  TableDigest digest;
  digest.Add(most);
  digest.Add(one);
  EXPECT_EQ(Hex(digest.bytes()), std::string(64, '0'));
  digest.Subtract(one);
  EXPECT_EQ(digest.bytes(), most);
  digest.Add(most);
  EXPECT_EQ(Hex(digest.bytes()), "fe" + std::string(62, 'f'));
  digest.Subtract(most);
  EXPECT_EQ(digest.bytes(), most);
}

TEST(TableDigest, IsTheSameInEveryOrderAndWithoutWhatWentAgain) {
  std::mt19937_64 random(5);
  RowHasher hasher;
  std::vector<DigestBytes> rows;
  for (uint64_t i = 0; i < 200; ++i) rows.push_back(hasher.Hash(Row("c", "k", i, Body::kNone, "")));
  TableDigest wanted;
  for (size_t i = 0; i < 100; ++i) wanted.Add(rows[i]);
  for (int round = 0; round < 20; ++round) {
    std::shuffle(rows.begin(), rows.begin() + 100, random);
    TableDigest digest;
    for (size_t i = 0; i < 100; ++i) {
      digest.Add(rows[100 + i]);
      digest.Add(rows[i]);
    }
    for (size_t i = 0; i < 100; ++i) digest.Subtract(rows[100 + i]);
    EXPECT_EQ(digest, wanted);
  }
}

}  // namespace
}  // namespace replog::wire
