#include "client/nodes/chat/message_store.h"

#include <gmock/gmock.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace replog::chat {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

client::Time At(int64_t micros) { return client::Time(std::chrono::microseconds(micros)); }

std::vector<uint64_t> Sequences(const MessageStore& store, MessageStore::Selection selection,
                                size_t step = 1000) {
  std::vector<uint64_t> sequences;
  while (!selection.done()) {
    store.Read(selection, step, [&](const Message& message) { sequences.push_back(message.sequence); });
  }
  return sequences;
}

// Messages 0, 2, 4, 6, 8: "a" has 0, 4, 8 and "b" the others. Odd sequences are records that are no messages.
class MessageStoreTest : public ::testing::Test {
 protected:
  MessageStoreTest() {
    for (uint64_t i = 0; i < 5; ++i) {
      store_.Add({2 * i, At(static_cast<int64_t>(i)), i % 2 == 0 ? "a" : "b", "ann", "text"});
    }
  }

  MessageStore store_;
};

TEST_F(MessageStoreTest, SelectionBeginsAtTheFirstMessageFromTheSequenceOn) {
  EXPECT_THAT(Sequences(store_, store_.Select(0, {}, 100)), ElementsAre(0, 2, 4, 6, 8));
  EXPECT_THAT(Sequences(store_, store_.Select(3, {}, 100)), ElementsAre(4, 6, 8));
  EXPECT_THAT(Sequences(store_, store_.Select(9, {}, 100)), IsEmpty());
  EXPECT_THAT(Sequences(store_, store_.Select(~0ull, {}, 100)), IsEmpty());
}

TEST_F(MessageStoreTest, SelectionOfAChannelHasOnlyIts) {
  EXPECT_THAT(Sequences(store_, store_.Select(0, "a", 100)), ElementsAre(0, 4, 8));
  EXPECT_THAT(Sequences(store_, store_.Select(3, "b", 100)), ElementsAre(6));
  EXPECT_THAT(Sequences(store_, store_.Select(0, "c", 100)), IsEmpty());
  EXPECT_THAT(Sequences(store_, store_.Select(0, "", 100)), IsEmpty());
}

TEST_F(MessageStoreTest, NextAndMoreLeadThroughAllPages) {
  std::vector<uint64_t> all;
  uint64_t from = 0;
  bool more = true;
  while (more) {
    const auto page = store_.Select(from, {}, 2);
    for (const uint64_t sequence : Sequences(store_, page)) all.push_back(sequence);
    from = page.next_sequence();
    more = page.more();
  }
  EXPECT_THAT(all, ElementsAre(0, 2, 4, 6, 8));
  EXPECT_EQ(from, 9u);
}

TEST_F(MessageStoreTest, PageThatEndsWithTheLastMessageHasNoMore) {
  EXPECT_FALSE(store_.Select(0, {}, 5).more());
  EXPECT_TRUE(store_.Select(0, {}, 4).more());
}

TEST_F(MessageStoreTest, EmptySelectionGoesOnWhereItBegan) {
  EXPECT_EQ(store_.Select(77, {}, 5).next_sequence(), 77u);
  EXPECT_EQ(store_.Select(3, "c", 5).next_sequence(), 3u);
}

TEST_F(MessageStoreTest, SelectionDoesNotChangeWhenMessagesCome) {
  const auto selection = store_.Select(0, "a", 100);
  store_.Add({10, At(10), "a", "ann", "later"});
  EXPECT_THAT(Sequences(store_, selection, 1), ElementsAre(0, 4, 8));
}

TEST(MessageStoreContentTest, MessagesAreGivenBackAsTheyWere) {
  const std::string large(100'000, 'x');
  const std::vector<Message> added{{5, At(1), "room", "ann", "hello"},
                                   {6, At(2), "room", std::nullopt, ""},
                                   {7, At(2), "Zimmer", "", large},
                                   {9, At(-3), "room", "ann", std::string_view("nul\0 inside", 11)}};
  MessageStore store;
  for (const Message& message : added) store.Add(message);
  EXPECT_EQ(store.size(), added.size());
  size_t count = 0;
  auto selection = store.Select(0, {}, 100);
  store.Read(selection, 100, [&](const Message& message) {
    const Message& expected = added.at(count++);
    EXPECT_EQ(message.sequence, expected.sequence);
    EXPECT_EQ(message.time, expected.time);
    EXPECT_EQ(message.channel, expected.channel);
    EXPECT_EQ(message.user, expected.user);
    EXPECT_EQ(message.text, expected.text);
  });
  EXPECT_EQ(count, added.size());
}

TEST(MessageStoreThreadsTest, ReadersSeeWholeMessagesWhileOthersCome) {
  constexpr uint64_t kMessages = 20'000;
  MessageStore store;
  std::thread reader([&store] {
    uint64_t next = 0;
    while (next < kMessages) {
      auto selection = store.Select(next, "room", 100);
      store.Read(selection, 100, [&next](const Message& message) {
        ASSERT_EQ(message.sequence, next);
        ASSERT_EQ(message.text, "text " + std::to_string(next));
        ++next;
      });
    }
  });
  for (uint64_t i = 0; i < kMessages; ++i) {
    store.Add(
        {i, At(static_cast<int64_t>(i)), "room", "user " + std::to_string(i), "text " + std::to_string(i)});
  }
  reader.join();
}

}  // namespace
}  // namespace replog::chat
