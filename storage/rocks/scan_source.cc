#include <algorithm>

#include "base/error.h"
#include "storage/model/chunk_format.h"
#include "storage/rocks/bounded_iterator.h"
#include "storage/rocks/chunk_source.h"
#include "storage/rocks/slices.h"
#include "storage/schema/chunk_key.h"

namespace replog {
namespace {

// One chunk at a time, found without an iterator.
class PointReader {
 public:
  PointReader(const Engine& engine, LogNumber log) : engine_(engine), log_(log) {}

  Sequence first() const { return first_; }
  std::string_view value() const { return View(value_); }

  // Whether there is a chunk that begins at `first`, be it readable or not.
  bool Exists(Sequence first) { return !Get(first).IsNotFound(); }
  // Reads the chunk that holds `wanted`. Its key is looked for downward from there. CORRUPT_CHUNK.
  absl::Status Read(Sequence wanted) {
    constexpr Sequence kFarthest = 4096;
    for (Sequence back = 0; back <= std::min(wanted, kFarthest); ++back) {
      const auto found = Get(wanted - back);
      if (found.IsNotFound()) continue;
      if (!found.ok()) return FromRocks(found, "read chunks");
      if (Holds(wanted)) return absl::OkStatus();
      break;
    }
    return MakeError(Reason::kCorruptChunk, "cannot read chunks: none is found");
  }

 private:
  rocksdb::Status Get(Sequence first) {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    first_ = first;
    value_.Reset();
    return engine_.db()->Get(options, engine_.chunks(), schema::ChunkKey{log_, first}.Encode(), &value_);
  }
  // Whether the chunk that was read holds `wanted`; one whose header cannot be trusted is for Load to refuse.
  bool Holds(Sequence wanted) const {
    const auto header = DecodeChunkHeader(log_, first_, value());
    return !header.ok() || first_ + header->count > wanted;
  }

  const Engine& engine_;
  const LogNumber log_;
  Sequence first_ = 0;
  rocksdb::PinnableSlice value_;
};

// An iterator of RocksDB looks into every young table, and one damaged block at the edge of any of them makes
// all of it fail. The scan then goes on by point reads, which touch only the tables that hold the key: the
// next chunk begins where the last one ended.
class ScanSource final : public ChunkSource {
 public:
  ScanSource(const Engine& engine, const ReadRange& range, Direction direction)
      : range_(range),
        forward_(direction == Direction::kForward),
        iterator_(engine, engine.chunks(), schema::ChunkKey{range.log, 0}.Encode(),
                  schema::ChunkKey{range.log + 1, 0}.Encode()),
        points_(engine, range.log),
        expected_(forward_ ? range.from : range.until) {
    iterator_->SeekForPrev(schema::ChunkKey{range.log, forward_ ? range.from : range.until - 1}.Encode());
    if (forward_) SkipToFrom();
    ReadIterator();
  }

  bool Valid() const override { return valid_; }
  Sequence first() const override { return first_; }
  absl::StatusOr<ChunkPtr> Load() override { return DecodeChunk(range_.log, first_, value()); }
  void Advance() override {
    const auto header = DecodeChunkHeader(range_.log, first_, value());
    const Sequence end = first_ + (header.ok() && header->count > 0 ? header->count : 1);
    expected_ = forward_ ? end : first_;
    if (by_points_) return ReadPoint();
    forward_ ? iterator_->Next() : iterator_->Prev();
    ReadIterator();
  }
  bool contiguous() const override { return true; }
  absl::Status status() const override { return status_; }

 private:
  std::string_view value() const { return by_points_ ? points_.value() : View(iterator_->value()); }

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
  void ReadIterator() {
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
    // At the edge of a table the iterator may step over what it cannot read, and say nothing.
    if (forward_ && first_ > expected_ && points_.Exists(expected_)) ReadPoint();
  }
  void ReadPoint() {
    by_points_ = true;
    const bool ended = forward_ ? expected_ >= range_.until : expected_ <= range_.from;
    status_ = ended ? absl::OkStatus() : points_.Read(forward_ ? expected_ : expected_ - 1);
    valid_ = !ended && status_.ok();
    first_ = points_.first();
  }

  const ReadRange range_;
  const bool forward_;
  BoundedIterator iterator_;
  PointReader points_;
  Sequence expected_;  // forward, where the next chunk begins; backward, where it ends
  bool by_points_ = false;
  bool valid_ = false;
  Sequence first_ = 0;
  absl::Status status_;
};

}  // namespace

std::unique_ptr<ChunkSource> AllChunks(const Engine& engine, const ReadRange& range, Direction direction) {
  return std::make_unique<ScanSource>(engine, range, direction);
}

}  // namespace replog
