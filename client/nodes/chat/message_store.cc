#include "client/nodes/chat/message_store.h"

#include <algorithm>
#include <cstring>

namespace replog::chat {
namespace {

constexpr size_t kTextBlock = 64 << 10;
// A longer text gets a block of its own, so that at most this much of a block is left unused.
constexpr size_t kOwnBlock = 8 << 10;

}  // namespace

void MessageStore::Add(const Message& message) {
  WriterLock lock(mutex_);
  const uint32_t channel = channels_.Intern(message.channel);
  if (channel == of_channel_.size()) of_channel_.emplace_back();
  of_channel_[channel].push_back(static_cast<uint32_t>(entries_.size()));
  entries_.push_back({message.sequence, message.time, KeepText(message.text),
                      static_cast<uint32_t>(message.text.size()), channel,
                      message.user ? users_.Intern(*message.user) : kNoUser});
}

const char* MessageStore::KeepText(std::string_view text) {
  if (text.empty()) return "";
  if (text.size() > kOwnBlock) {
    char* own = texts_.emplace_back(new char[text.size()]).get();
    return static_cast<const char*>(std::memcpy(own, text.data(), text.size()));
  }
  if (text.size() > free_text_size_) {
    free_text_ = texts_.emplace_back(new char[kTextBlock]).get();
    free_text_size_ = kTextBlock;
  }
  const char* kept = static_cast<const char*>(std::memcpy(free_text_, text.data(), text.size()));
  free_text_ += text.size();
  free_text_size_ -= text.size();
  return kept;
}

MessageStore::Selection MessageStore::Select(uint64_t from, std::optional<std::string_view> channel,
                                             size_t limit) const {
  ReaderLock lock(mutex_);
  Selection selection;
  selection.next_sequence_ = from;
  if (channel) {
    const auto number = channels_.Find(*channel);
    if (!number) return selection;
    selection.of_channel_ = &of_channel_[*number];
  }
  const size_t size = channel ? selection.of_channel_->size() : entries_.size();
  selection.end_ = size;
  selection.at_ = FirstFrom(from, selection);
  selection.end_ = selection.at_ + std::min(limit, size - selection.at_);
  selection.more_ = selection.end_ < size;
  if (!selection.done()) selection.next_sequence_ = At(selection, selection.end_ - 1).sequence + 1;
  return selection;
}

size_t MessageStore::FirstFrom(uint64_t sequence, const Selection& all) const {
  size_t low = 0;
  size_t high = all.end_;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (At(all, middle).sequence < sequence) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

void MessageStore::Read(Selection& selection, size_t max,
                        const std::function<void(const Message&)>& show) const {
  ReaderLock lock(mutex_);
  const size_t end = selection.at_ + std::min(max, selection.end_ - selection.at_);
  for (; selection.at_ < end; ++selection.at_) show(Show(At(selection, selection.at_)));
}

const MessageStore::Entry& MessageStore::At(const Selection& selection, size_t place) const {
  return entries_[selection.of_channel_ ? (*selection.of_channel_)[place] : place];
}

Message MessageStore::Show(const Entry& entry) const {
  Message message{entry.sequence, entry.time, channels_[entry.channel], {}, {entry.text, entry.text_size}};
  if (entry.user != kNoUser) message.user = users_[entry.user];
  return message;
}

size_t MessageStore::size() const {
  ReaderLock lock(mutex_);
  return entries_.size();
}

}  // namespace replog::chat
