#include "storage/rocks/chunk_source.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "storage/model/chunk_format.h"
#include "storage/schema/channel_key.h"
#include "storage/schema/chunk_key.h"

namespace replog {
namespace {

std::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

// An iterator that stays within [lower, upper) of a family.
class BoundedIterator {
 public:
  BoundedIterator(const Engine& engine, rocksdb::ColumnFamilyHandle* family, std::string lower,
                  std::string upper)
      : lower_(std::move(lower)), upper_(std::move(upper)), lower_slice_(lower_), upper_slice_(upper_) {
    rocksdb::ReadOptions options;
    options.iterate_lower_bound = &lower_slice_;
    options.iterate_upper_bound = &upper_slice_;
    // A replay reads each block once; it must not push out what others come back to.
    options.fill_cache = false;
    iterator_.reset(engine.db()->NewIterator(options, family));
  }
  rocksdb::Iterator& operator*() { return *iterator_; }
  rocksdb::Iterator* operator->() const { return iterator_.get(); }

 private:
  const std::string lower_;
  const std::string upper_;
  const rocksdb::Slice lower_slice_;
  const rocksdb::Slice upper_slice_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

// Past the last possible key of a log's chunks: the next log's first.
std::string EndOfChunks(LogNumber log) { return schema::ChunkKey{log + 1, 0}.Encode(); }

// An iterator of RocksDB looks into every young table, and one damaged block at the edge of any of them makes
// all of it fail. Forward the scan then goes on by point reads, which touch only the tables that hold the
// key: the next chunk begins where the last one ended.
class ScanSource final : public ChunkSource {
 public:
  ScanSource(const Engine& engine, const ReadRange& range, Direction direction)
      : engine_(engine),
        range_(range),
        direction_(direction),
        iterator_(engine, engine.chunks(), schema::ChunkKey{range.log, 0}.Encode(), EndOfChunks(range.log)),
        expected_(direction == Direction::kForward ? range.from : range.until) {
    const Sequence inside = direction == Direction::kForward ? range.from : range.until - 1;
    iterator_->SeekForPrev(schema::ChunkKey{range.log, inside}.Encode());
    if (direction == Direction::kForward) SkipToFrom();
    Read();
  }

  bool Valid() const override { return valid_; }
  Sequence first() const override { return first_; }
  absl::StatusOr<ChunkPtr> Load() override { return DecodeChunk(range_.log, first_, value()); }
  void Advance() override {
    const auto header = DecodeChunkHeader(range_.log, first_, value());
    const Sequence end = first_ + (header.ok() && header->count > 0 ? header->count : 1);
    expected_ = direction_ == Direction::kForward ? end : first_;
    if (by_points_) return ReadPoint();
    direction_ == Direction::kForward ? iterator_->Next() : iterator_->Prev();
    Read();
  }
  bool contiguous() const override { return true; }
  absl::Status status() const override { return status_; }

 private:
  std::string_view value() const { return by_points_ ? View(point_) : View(iterator_->value()); }

  // Forward: the chunk at or before `from` may end before it.
  void SkipToFrom() {
    if (!iterator_->Valid()) {
      if (iterator_->status().ok()) iterator_->SeekToFirst();
      return;
    }
    const auto key = schema::ChunkKey::Decode(View(iterator_->key()));
    if (!key) return;
    const auto header = DecodeChunkHeader(range_.log, key->first, View(iterator_->value()));
    if (header.ok() && key->first + header->count <= range_.from) iterator_->Next();
  }
  void Read() {
    valid_ = iterator_->Valid();
    if (!valid_) {
      status_ = FromRocks(iterator_->status(), "read chunks");
      if (!status_.ok()) ReadPoint();
      return;
    }
    const auto key = schema::ChunkKey::Decode(View(iterator_->key()));
    if (!key) {
      status_ = MakeError(Reason::kCorruptChunk, "a chunk's key is malformed");
      valid_ = false;
      return;
    }
    first_ = key->first;
    valid_ = first_ < range_.until;
    if (direction_ == Direction::kForward && first_ > expected_ && GapIsDamage()) ReadPoint();
  }
  // At the edge of a table the iterator may step over what it cannot read, and say nothing.
  bool GapIsDamage() {
    const bool there = !GetPoint(expected_).IsNotFound();
    if (!there) first_ = schema::ChunkKey::Decode(View(iterator_->key()))->first;
    return there;
  }
  // Reads the chunk that holds the next sequence. Its key is looked for downward from there.
  void ReadPoint() {
    constexpr Sequence kFarthest = 4096;
    by_points_ = true;
    valid_ = false;
    const bool forward = direction_ == Direction::kForward;
    status_ = absl::OkStatus();
    if (forward ? expected_ >= range_.until : expected_ <= range_.from) return;
    const Sequence wanted = forward ? expected_ : expected_ - 1;
    for (Sequence back = 0; back <= std::min(wanted, kFarthest); ++back) {
      const auto found = GetPoint(wanted - back);
      if (found.IsNotFound()) continue;
      status_ = FromRocks(found, "read chunks");
      valid_ = found.ok() && HoldsPoint(wanted);
      break;
    }
    if (!valid_ && status_.ok())
      status_ = MakeError(Reason::kCorruptChunk, "cannot read chunks: none is found");
  }
  rocksdb::Status GetPoint(Sequence first) {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    first_ = first;
    point_.Reset();
    return engine_.db()->Get(options, engine_.chunks(), schema::ChunkKey{range_.log, first}.Encode(),
                             &point_);
  }
  // Whether the chunk that was read holds `wanted`; one whose header cannot be trusted is for Load to refuse.
  bool HoldsPoint(Sequence wanted) const {
    const auto header = DecodeChunkHeader(range_.log, first_, View(point_));
    return !header.ok() || first_ + header->count > wanted;
  }

  const Engine& engine_;
  const ReadRange range_;
  const Direction direction_;
  BoundedIterator iterator_;
  Sequence expected_;  // forward, where the next chunk begins; backward, where it ends
  bool by_points_ = false;
  rocksdb::PinnableSlice point_;
  bool valid_ = false;
  Sequence first_ = 0;
  absl::Status status_;
};

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
                           EndOfChunks(range_.log));
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

std::unique_ptr<ChunkSource> AllChunks(const Engine& engine, const ReadRange& range, Direction direction) {
  return std::make_unique<ScanSource>(engine, range, direction);
}

std::unique_ptr<ChunkSource> ChunksOfChannels(const Engine& engine, const ReadRange& range,
                                              Direction direction, const std::vector<std::string>& channels) {
  return std::make_unique<IndexSource>(engine, range, direction, channels);
}

}  // namespace replog
