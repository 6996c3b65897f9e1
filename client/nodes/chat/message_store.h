#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "base/mutex.h"
#include "client/nodes/chat/string_table.h"
#include "client/record.h"

namespace replog::chat {

// One message, read in place.
struct Message {
  uint64_t sequence = 0;
  client::Time time;
  std::string_view channel;
  std::optional<std::string_view> user;
  std::string_view text;
};

// All messages of a log, in memory, in sequence order. About 45 bytes and the text for each; names of
// channels and users are kept once.
//
// Thread Safety: one thread adds; any number read at the same time. Lifetime: what it shows stays valid as
// long as the store, for nothing is ever removed.
class MessageStore {
 public:
  // A choice of messages that has been made, and how far it has been read. Messages that come later do not
  // change it.
  class Selection {
   public:
    // The sequence after the last message chosen; where the choice began when there is none.
    uint64_t next_sequence() const { return next_sequence_; }
    // There were messages left that the limit kept out.
    bool more() const { return more_; }
    bool done() const { return at_ == end_; }

   private:
    friend class MessageStore;
    // The channel's own index; null for all messages.
    const std::deque<uint32_t>* of_channel_ = nullptr;
    size_t at_ = 0;
    size_t end_ = 0;
    uint64_t next_sequence_ = 0;
    bool more_ = false;
  };

  // `message.sequence` must be greater than that of all before.
  void Add(const Message& message) TSA_EXCLUDES(mutex_);

  // Chooses the messages from sequence `from` on, only those of a channel if one is given, at most `limit`.
  Selection Select(uint64_t from, std::optional<std::string_view> channel, size_t limit) const
      TSA_EXCLUDES(mutex_);
  // Shows at most `max` of the next messages of a selection.
  void Read(Selection& selection, size_t max, const std::function<void(const Message&)>& show) const
      TSA_EXCLUDES(mutex_);

  size_t size() const TSA_EXCLUDES(mutex_);

 private:
  struct Entry {
    uint64_t sequence;
    client::Time time;
    const char* text;
    uint32_t text_size;
    uint32_t channel;
    uint32_t user;
  };
  static constexpr uint32_t kNoUser = ~0u;

  // A copy of `text` that lives as long as the store.
  const char* KeepText(std::string_view text) TSA_REQUIRES(mutex_);
  // A message of the selection, by its place in it.
  const Entry& At(const Selection& selection, size_t place) const TSA_REQUIRES_SHARED(mutex_);
  size_t FirstFrom(uint64_t sequence, const Selection& all) const TSA_REQUIRES_SHARED(mutex_);
  Message Show(const Entry& entry) const TSA_REQUIRES_SHARED(mutex_);

  mutable SharedMutex mutex_;
  // Deques: growing moves nothing and holds readers up only for a moment.
  std::deque<Entry> entries_ TSA_GUARDED_BY(mutex_);
  StringTable channels_ TSA_GUARDED_BY(mutex_);
  StringTable users_ TSA_GUARDED_BY(mutex_);
  // By channel number: the places of its messages in entries_.
  std::deque<std::deque<uint32_t>> of_channel_ TSA_GUARDED_BY(mutex_);
  std::deque<std::unique_ptr<char[]>> texts_ TSA_GUARDED_BY(mutex_);
  char* free_text_ TSA_GUARDED_BY(mutex_) = nullptr;
  size_t free_text_size_ TSA_GUARDED_BY(mutex_) = 0;
};

}  // namespace replog::chat
