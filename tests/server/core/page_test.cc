#include "server/core/page.h"

#include <gtest/gtest.h>

#include "tests/server/core/core_fixture.h"

namespace replog {
namespace {

using testing::CoreFixture;
using testing::Decode;
using testing::MakeRequest;
using testing::NewRecord;
using testing::ReasonText;
using testing::SequencesOf;
using List = std::vector<Sequence>;

// Records 0 to 19 in batches of four; every fourth is in channel `rare`, the others in `c`.
class PageTest : public ::testing::Test, public CoreFixture {
 protected:
  PageTest() {
    Start();
    for (int batch = 0; batch < 5; ++batch) {
      std::promise<absl::StatusOr<Appended>> done;
      PendingAppend append{log(),
                           MakeRequest({NewRecord("c", "0"), NewRecord("c", "1"), NewRecord("rare", "2"),
                                        NewRecord("c", "3")}),
                           [&](absl::StatusOr<Appended> outcome) { done.set_value(std::move(outcome)); }};
      committer->queue().TryPut(append, nullptr);
      EXPECT_TRUE(done.get_future().get().ok());
    }
  }
  static PageRequest Request(std::optional<replog::Start> start, bool backward, uint32_t max_records,
                             std::vector<std::string> channels = {}) {
    return {std::move(start), backward, ChannelFilter(channels), max_records, 1 << 20};
  }
  absl::StatusOr<Page> Read(const PageRequest& request) { return ReadPage(request, *log(), store); }
  static List Sequences(const Page& page) { return SequencesOf(Decode(page.records)); }
};

TEST_F(PageTest, ForwardFromTheBeginningPageByPage) {
  List all;
  std::optional<replog::Start> start;
  for (bool at_end = false; !at_end;) {
    const auto page = Read(Request(start, false, 7));
    ASSERT_TRUE(page.ok()) << page.status();
    const List page_sequences = Sequences(*page);
    all.insert(all.end(), page_sequences.begin(), page_sequences.end());
    start = FromSequence{page->next};
    at_end = page->at_end;
    EXPECT_EQ(page->committed_end, 20u);
  }
  ASSERT_EQ(all.size(), 20u);
  for (Sequence i = 0; i < 20; ++i) EXPECT_EQ(all[i], i);
}

TEST_F(PageTest, BackwardFromTheEndNewestFirst) {
  const auto first = Read(Request(std::nullopt, true, 3));
  EXPECT_EQ(Sequences(*first), (List{19, 18, 17}));
  EXPECT_EQ(first->next, 17u);
  EXPECT_FALSE(first->at_end);
  EXPECT_EQ(Sequences(*Read(Request(FromSequence{17}, true, 2))), (List{16, 15}));
  const auto last = Read(Request(FromSequence{2}, true, 5));
  EXPECT_EQ(Sequences(*last), (List{1, 0}));
  EXPECT_TRUE(last->at_end);
}

TEST_F(PageTest, ReadsOneChannelBothWays) {
  EXPECT_EQ(Sequences(*Read(Request(std::nullopt, false, 3, {"rare"}))), (List{2, 6, 10}));
  EXPECT_EQ(Sequences(*Read(Request(std::nullopt, true, 2, {"rare"}))), (List{18, 14}));
  EXPECT_EQ(Sequences(*Read(Request(std::nullopt, true, 100, {"r*"}))), (List{18, 14, 10, 6, 2}));
  const auto nothing = Read(Request(std::nullopt, false, 3, {"none"}));
  EXPECT_TRUE(nothing->records.empty());
  EXPECT_TRUE(nothing->at_end);
  EXPECT_EQ(nothing->next, 20u);
}

TEST_F(PageTest, AFullPageIsNotTheEndUnlessNothingIsLeft) {
  EXPECT_TRUE(Read(Request(std::nullopt, false, 20))->at_end);
  EXPECT_FALSE(Read(Request(std::nullopt, false, 19))->at_end);
  EXPECT_TRUE(Read(Request(std::nullopt, true, 20))->at_end);
  EXPECT_FALSE(Read(Request(std::nullopt, true, 19))->at_end);
  const auto at_the_end = Read(Request(FromSequence{20}, false, 5));
  EXPECT_TRUE(at_the_end->at_end);
  EXPECT_TRUE(at_the_end->records.empty());
}

TEST_F(PageTest, IsBoundedInBytesButHoldsOneRecord) {
  PageRequest request = Request(std::nullopt, false, 100);
  request.max_bytes = 1;
  EXPECT_EQ(Sequences(*Read(request)), (List{0}));
  const size_t one = Read(request)->records.size();
  const size_t three = 3 * one + 3;  // the channel of the third is 3 bytes longer
  request.max_bytes = three;
  EXPECT_EQ(Sequences(*Read(request)), (List{0, 1, 2}));
  EXPECT_EQ(Read(request)->records.size(), three);
  request.max_bytes = three - 1;
  EXPECT_EQ(Sequences(*Read(request)), (List{0, 1}));
}

TEST_F(PageTest, RefusesAStartThatIsNotThere) {
  EXPECT_EQ(ReasonText(Read(Request(FromSequence{21}, false, 1)).status()), "PAST_THE_END");
  (void)log()->tail().Trim(6);
  EXPECT_EQ(ReasonText(Read(Request(FromSequence{5}, false, 1)).status()), "BELOW_FIRST_KEPT");
  const auto page = Read(Request(std::nullopt, true, 100));
  EXPECT_EQ(Sequences(*page).back(), 6u) << "not below what is kept, though the chunk begins there";
  EXPECT_EQ(page->first_kept, 6u);
}

TEST_F(PageTest, NeverPassesInSilenceOverWhatIsTrimmedWhileItReads) {
  store.OnRead([this] {
    (void)log()->tail().Trim(12);
    EXPECT_TRUE(store.Trim(log()->number(), 12).ok());
  });
  EXPECT_EQ(ReasonText(Read(Request(FromSequence{0}, false, 100)).status()), "BELOW_FIRST_KEPT");
}

TEST_F(PageTest, StopsBackwardAtWhatIsLeftAfterATrim) {
  store.OnRead([this] {
    (void)log()->tail().Trim(12);
    EXPECT_TRUE(store.Trim(log()->number(), 12).ok());
  });
  const auto page = Read(Request(std::nullopt, true, 100));
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(Sequences(*page), (List{19, 18, 17, 16, 15, 14, 13, 12}));
  EXPECT_TRUE(page->at_end);
  EXPECT_EQ(page->first_kept, 12u);
}

}  // namespace
}  // namespace replog
