#include "storage/model/chunk_builder.h"

#include <algorithm>

#include "proto/wire/record_view.h"
#include "storage/model/chunk_format.h"

namespace replog {

ChunkBuilder::ChunkBuilder(const Start& start)
    : start_(start),
      stamp_(start.time_us),
      next_(start.next),
      chunk_first_(start.next),
      bytes_before_(start.bytes_before) {}

Sequence ChunkBuilder::Add(std::string_view new_record, RecordTraits traits, std::string_view own_fields) {
  const size_t size = new_record.size() + own_fields.size() + wire::RecordStamp::kMaxOverhead;
  if (next_ > chunk_first_ && open_.size() + size > kChunkHeaderSize + kChunkTargetBytes) Seal();
  if (next_ == chunk_first_) Open();
  stamp_.AppendRecord(open_, next_, new_record, own_fields);
  AddChannel(wire::ChannelOf(new_record));
  traits_.keyed |= traits.keyed;
  traits_.identified |= traits.identified;
  expected_bytes_ -= std::min(expected_bytes_, size);
  return next_++;
}

void ChunkBuilder::Open() {
  open_.reserve(kChunkHeaderSize + std::min(expected_bytes_, kChunkTargetBytes));
  open_.resize(kChunkHeaderSize);
}

void ChunkBuilder::AddChannel(std::string_view channel) {
  // Runs of one channel are the rule; the scan is for the rest.
  if (channels_.empty() || channels_.back().name != channel) {
    const auto found = std::find_if(channels_.begin(), channels_.end(),
                                    [&](const ChannelCount& known) { return known.name == channel; });
    if (found == channels_.end()) {
      channels_.push_back({std::string(channel), 0});
    } else {
      std::swap(*found, channels_.back());
    }
  }
  ++channels_.back().records;
}

void ChunkBuilder::Seal() {
  Chunk::Header header;
  header.epoch = start_.epoch;
  header.bytes_before = bytes_before_;
  header.last_time_us = start_.time_us;
  header.count = static_cast<uint32_t>(next_ - chunk_first_);
  SealChunk(start_.log, chunk_first_, header, open_);
  bytes_before_ += open_.size() - kChunkHeaderSize;
  chunks_.push_back(
      std::make_shared<const Chunk>(chunk_first_, header, std::move(open_), std::move(channels_), traits_));
  open_.clear();
  channels_.clear();
  traits_ = {};
  chunk_first_ = next_;
}

std::vector<ChunkPtr> ChunkBuilder::Finish() {
  if (next_ > chunk_first_) Seal();
  return std::move(chunks_);
}

}  // namespace replog
