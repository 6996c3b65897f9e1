#include "server/core/lookup.h"

#include <gtest/gtest.h>

#include "proto/wire/fields.h"
#include "tests/server/core/core_fixture.h"

namespace replog {
namespace {

using testing::CoreFixture;
using testing::ReasonText;
using Texts = std::vector<std::string>;
namespace rf = wire::record_field;

class LookupTest : public ::testing::Test, public CoreFixture {
 protected:
  LookupTest() { Start(); }

  // Puts `text` under a key of channel `c`, or deletes the key.
  void Put(const std::string& key, const std::optional<std::string>& text, const std::string& channel = "c") {
    std::string encoded;
    wire::AppendBytesField(encoded, rf::kChannel, channel);
    wire::AppendBytesField(encoded, rf::kKey, key);
    if (text) wire::AppendBytesField(encoded, rf::kText, *text);
    if (!text) wire::AppendVarintField(encoded, rf::kDeleted, 1);
    std::promise<absl::StatusOr<Appended>> answer;
    PendingAppend append{log(), testing::MakeRequest({encoded}),
                         [&](absl::StatusOr<Appended> outcome) { answer.set_value(std::move(outcome)); }};
    committer->queue().TryPut(append, nullptr);
    ASSERT_TRUE(answer.get_future().get().ok());
  }
  LookupAnswer Ask(const LookupQuery& query) {
    auto answer = Lookup(query, *log(), store);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? *std::move(answer) : LookupAnswer();
  }
  static Texts TextsOf(const LookupAnswer& answer) {
    Texts texts;
    for (const auto& record : testing::Decode(answer.records)) texts.push_back(record.text);
    return texts;
  }
};

TEST_F(LookupTest, GivesTheNewestRecordOfEachKeyAskedFor) {
  Put("a", "a1");
  Put("b", "b1");
  Put("a", "a2");
  Put("gone", "g");
  Put("gone", std::nullopt);
  const auto answer = Ask({"c", {"b", "unknown", "a", "gone"}, "", 10});
  EXPECT_EQ(TextsOf(answer), (Texts{"b1", "a2"})) << "in the order of the question";
  EXPECT_EQ(answer.as_of, 5u);
  EXPECT_FALSE(answer.next_after_key.has_value());
}

TEST_F(LookupTest, KeysOfAnotherChannelAreOtherKeys) {
  Put("a", "here");
  Put("a", "there", "d");
  EXPECT_EQ(TextsOf(Ask({"d", {"a"}, "", 10})), Texts{"there"});
  EXPECT_EQ(TextsOf(Ask({"c", {}, "", 10})), Texts{"here"});
}

TEST_F(LookupTest, GoesThroughAChannelPageByPage) {
  for (const char* key : {"e", "a", "d", "b", "c"}) Put(key, key);
  Put("b", std::nullopt);
  Texts all;
  LookupQuery query{"c", {}, "", 2};
  for (int pages = 1;; ++pages) {
    const auto page = Ask(query);
    for (const auto& text : TextsOf(page)) all.push_back(text);
    if (!page.next_after_key) break;
    query.after_key = *page.next_after_key;
    ASSERT_LT(pages, 5);
  }
  EXPECT_EQ(all, (Texts{"a", "c", "d", "e"}));
}

TEST_F(LookupTest, OfALogThatIsGoneIsNotAnAnswerWithoutKeys) {
  const LogPtr gone = log();
  store.OnRead([&] { gone->deleted = true; });
  EXPECT_EQ(ReasonText(Lookup({"c", {"a"}, "", 10}, *gone, store).status()), "LOG_NOT_FOUND");
}

TEST_F(LookupTest, RefusesKeysWhoseRecordsAreMoreThanAPage) {
  for (const char* key : {"a", "b", "c", "d"}) Put(key, std::string(900'000, 't'));
  EXPECT_EQ(ReasonText(Lookup({"c", {"a", "b", "c", "d"}, "", 10}, *log(), store).status()), "TOO_LARGE");
  EXPECT_EQ(TextsOf(Ask({"c", {"a", "b", "c"}, "", 10})).size(), 3u);
}

}  // namespace
}  // namespace replog
