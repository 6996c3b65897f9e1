#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "storage/model/chunk_format.h"
#include "storage/rocks/bounded_iterator.h"
#include "storage/rocks/chunk_source.h"
#include "storage/rocks/slices.h"
#include "storage/schema/channel_key.h"
#include "storage/schema/chunk_key.h"

namespace replog {
namespace {

// The index entries of one channel, in the direction of reading.
class ChannelEntries {
 public:
  ChannelEntries(const Engine& engine, const ReadRange& range, Direction direction,
                 const std::string& channel)
      : direction_(direction),
        iterator_(engine, engine.channels(), schema::ChannelKey{range.log, channel, 0}.Encode(),
                  schema::ChannelKey::Prefix(range.log, channel) + '\x01') {
    const Sequence inside = direction == Direction::kForward ? range.from : range.until - 1;
    iterator_->SeekForPrev(schema::ChannelKey{range.log, channel, inside}.Encode());
    if (direction == Direction::kForward && !iterator_->Valid() && iterator_->status().ok()) {
      iterator_->SeekToFirst();
    }
  }
  std::optional<Sequence> chunk() const {
    if (!iterator_->Valid()) return {};
    const auto key = schema::ChannelKey::Decode(View(iterator_->key()));
    return key ? std::optional(key->chunk) : std::nullopt;
  }
  void Advance() { direction_ == Direction::kForward ? iterator_->Next() : iterator_->Prev(); }
  rocksdb::Status status() const { return iterator_->status(); }

 private:
  const Direction direction_;
  BoundedIterator iterator_;
};

class IndexSource final : public ChunkSource {
 public:
  IndexSource(const Engine& engine, const ReadRange& range, Direction direction,
              const std::vector<std::string>& channels)
      : engine_(engine), range_(range), direction_(direction), floor_(FirstOfRange()) {
    for (const std::string& channel : channels) {
      entries_.push_back(std::make_unique<ChannelEntries>(engine, range, direction, channel));
    }
    Choose();
  }

  bool Valid() const override { return chosen_.has_value(); }
  Sequence first() const override { return *chosen_; }
  absl::StatusOr<ChunkPtr> Load() override {
    rocksdb::PinnableSlice value;
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    const auto key = schema::ChunkKey{range_.log, *chosen_}.Encode();
    const auto found = engine_.db()->Get(options, engine_.chunks(), key, &value);
    if (found.IsNotFound()) {
      return MakeError(
          Reason::kCorruptChunk,
          absl::StrCat("log number ", range_.log, ": the chunk of sequence ", *chosen_, " is missing"),
          {{"first_sequence", std::to_string(*chosen_)}, {"end_sequence", std::to_string(*chosen_ + 1)}});
    }
    if (!found.ok()) return FromRocks(found, "read a chunk");
    return DecodeChunk(range_.log, *chosen_, View(value));
  }
  void Advance() override {
    for (auto& entries : entries_) {
      if (entries->chunk() == chosen_) entries->Advance();
    }
    Choose();
  }
  bool contiguous() const override { return false; }
  absl::Status status() const override {
    for (const auto& entries : entries_) {
      if (!entries->status().ok()) return FromRocks(entries->status(), "read the channel index");
    }
    return absl::OkStatus();
  }

 private:
  // The first sequence of the chunk that holds the range's begin. Index entries below it are of chunks that
  // end before the range or that were trimmed away; those from it on must have their chunk.
  Sequence FirstOfRange() const {
    BoundedIterator chunks(engine_, engine_.chunks(), schema::ChunkKey{range_.log, 0}.Encode(),
                           schema::ChunkKey{range_.log + 1, 0}.Encode());
    chunks->SeekForPrev(schema::ChunkKey{range_.log, range_.from}.Encode());
    if (!chunks->Valid()) return chunks->status().ok() ? range_.from : 0;
    const auto key = schema::ChunkKey::Decode(View(chunks->key()));
    return key ? key->first : 0;
  }
  // The nearest chunk of any channel.
  void Choose() {
    chosen_.reset();
    for (const auto& entries : entries_) {
      auto chunk = entries->chunk();
      for (; chunk && *chunk < floor_ && direction_ == Direction::kForward; chunk = entries->chunk())
        entries->Advance();
      if (!chunk || *chunk < floor_ || *chunk >= range_.until) continue;
      const bool nearer =
          !chosen_ || (direction_ == Direction::kForward ? *chunk < *chosen_ : *chunk > *chosen_);
      if (nearer) chosen_ = chunk;
    }
  }

  const Engine& engine_;
  const ReadRange range_;
  const Direction direction_;
  const Sequence floor_;
  std::vector<std::unique_ptr<ChannelEntries>> entries_;
  std::optional<Sequence> chosen_;
};

}  // namespace

std::unique_ptr<ChunkSource> ChunksOfChannels(const Engine& engine, const ReadRange& range,
                                              Direction direction, const std::vector<std::string>& channels) {
  return std::make_unique<IndexSource>(engine, range, direction, channels);
}

}  // namespace replog
