#include "storage/rocks/chunk_reader.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "proto/wire/varint.h"
#include "storage/model/chunk_format.h"
#include "storage/rocks/slices.h"
#include "storage/schema/channel_key.h"
#include "storage/schema/chunk_key.h"

namespace replog {
namespace {

// Looking up more channels than this costs more than reading the chunks.
constexpr size_t kMaxIndexedChannels = 64;

absl::Status Missing(const ReadRange& range, Sequence expected, Sequence found,
                     const absl::Status& cause = {}) {
  return MakeError(
      Reason::kCorruptChunk,
      absl::StrCat("log number ", range.log, ": the chunks of sequences ", expected, " to ", found - 1,
                   " are missing or unreadable", cause.ok() ? "" : ": ", cause.message()),
      {{"first_sequence", std::to_string(expected)}, {"end_sequence", std::to_string(found)}});
}

// A status with the range that it is about: the sequence at which a read met it, unless it says more itself.
absl::Status WithRange(const ReadRange& range, Sequence at, const absl::Status& status) {
  if (ReasonOf(status) != Reason::kCorruptChunk || !MetadataOf(status).empty()) return status;
  return MakeError(Reason::kCorruptChunk,
                   absl::StrCat("log number ", range.log, ", sequence ", at, ": ", status.message()),
                   {{"first_sequence", std::to_string(at)}, {"end_sequence", std::to_string(at + 1)}});
}

// What a read gives that met damage: what lies on this side of it. The next read begins at the damage and
// fails.
absl::StatusOr<ChunkRun> UpTo(ChunkRun run, Sequence next, const absl::Status& damage) {
  if (run.chunks.empty()) return damage;
  run.next = next;
  return run;
}
// The same where run.next says already how far it came.
absl::StatusOr<ChunkRun> UpToHere(ChunkRun& run, const absl::Status& damage) {
  const Sequence next = run.next;
  return UpTo(std::move(run), next, damage);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ChunkSource>> ChunkReader::MakeSource(const ReadRange& range,
                                                                     const ChannelFilter& filter,
                                                                     Direction direction) const {
  if (filter.all()) return AllChunks(engine_, range, direction);
  const auto channels = Selected(range.log, filter);
  if (!channels.ok()) return channels.status();
  if (!channels->has_value()) return AllChunks(engine_, range, direction);
  return ChunksOfChannels(engine_, range, direction, **channels);
}

absl::StatusOr<std::optional<std::vector<std::string>>> ChunkReader::Selected(
    LogNumber log, const ChannelFilter& filter) const {
  std::vector<std::string> selected = filter.names();
  if (selected.size() > kMaxIndexedChannels) return std::nullopt;
  for (const std::string& prefix : filter.prefixes()) {
    const size_t room = kMaxIndexedChannels + 1 - selected.size();
    const auto found = Channels(log, 0, prefix, "", room, false);
    if (!found.ok()) return found.status();
    for (const ChannelCount& channel : *found) selected.push_back(channel.name);
    if (selected.size() > kMaxIndexedChannels) return std::nullopt;
  }
  return selected;
}

absl::StatusOr<ChunkRun> ChunkReader::Forward(const ReadRange& range, size_t max_bytes,
                                              const ChannelFilter& filter) const {
  auto made = MakeSource(range, filter, Direction::kForward);
  if (!made.ok()) return made.status();
  ChunkSource& source = **made;
  ChunkRun run;
  size_t bytes = 0;
  Sequence expected = range.from;
  for (; source.Valid() && bytes < max_bytes; source.Advance()) {
    const Sequence first = source.first();
    if (source.contiguous() && first > expected)
      return UpTo(std::move(run), expected, Missing(range, expected, first));
    auto chunk = source.Load();
    if (!chunk.ok()) return UpTo(std::move(run), first, WithRange(range, first, chunk.status()));
    if ((*chunk)->end() <= range.from) continue;
    bytes += (*chunk)->encoded().size();
    expected = (*chunk)->end();
    run.chunks.push_back(*std::move(chunk));
  }
  // A scan that was to stop here has no use for what follows, damaged or not.
  const bool complete = source.contiguous() && expected >= range.until;
  if (!source.status().ok() && !complete) {
    if (!source.contiguous()) return source.status();
    return UpTo(std::move(run), expected,
                Missing(range, expected, NextReadable(range.log, expected, range.until), source.status()));
  }
  if (source.contiguous()) {
    // A scan ends below `until` only when chunks are gone from the end.
    if (!source.Valid() && !complete) {
      return UpTo(std::move(run), expected, Missing(range, expected, range.until));
    }
    run.next = std::min(expected, range.until);
  } else {
    run.next = source.Valid() ? std::max(source.first(), range.from) : range.until;
  }
  return run;
}

absl::StatusOr<ChunkRun> ChunkReader::Backward(const ReadRange& range, size_t max_bytes,
                                               const ChannelFilter& filter) const {
  auto made = MakeSource(range, filter, Direction::kBackward);
  if (!made.ok()) return made.status();
  ChunkSource& source = **made;
  ChunkRun run;
  run.next = range.until;
  size_t bytes = 0;
  for (; source.Valid() && bytes < max_bytes && run.next > range.from; source.Advance()) {
    const Sequence first = source.first();
    auto chunk = source.Load();
    if (!chunk.ok()) return UpToHere(run, WithRange(range, first, chunk.status()));
    const Sequence end = (*chunk)->end();
    if (source.contiguous() && end < run.next) {
      return UpToHere(run, Missing(range, std::max(end, range.from), run.next));
    }
    if (end <= range.from) {
      run.next = range.from;
      break;
    }
    run.next = first;
    bytes += (*chunk)->encoded().size();
    run.chunks.push_back(*std::move(chunk));
  }
  if (run.next > range.from && !source.Valid()) {
    if (!source.status().ok()) return UpToHere(run, WithRange(range, run.next - 1, source.status()));
    if (source.contiguous()) return UpToHere(run, Missing(range, range.from, run.next));
    run.next = range.from;
  }
  // One channel's entries may be damaged while another's go on.
  if (!source.contiguous() && !source.status().ok()) return WithRange(range, run.next - 1, source.status());
  run.next = std::max(run.next, range.from);
  return run;
}

absl::StatusOr<LogStore::ChunkAt> ChunkReader::Containing(LogNumber log, Sequence sequence) const {
  rocksdb::ReadOptions options;
  const std::unique_ptr<rocksdb::Iterator> iterator(engine_.db()->NewIterator(options, engine_.chunks()));
  iterator->SeekForPrev(schema::ChunkKey{log, sequence}.Encode());
  const ReadRange range{log, sequence, sequence + 1};
  if (!iterator->Valid()) return Missing(range, sequence, sequence + 1);
  const auto key = schema::ChunkKey::Decode(View(iterator->key()));
  if (!key || key->log != log) return Missing(range, sequence, sequence + 1);
  const auto header = DecodeChunkHeader(log, key->first, View(iterator->value()));
  if (!header.ok()) return header.status();
  if (key->first + header->count <= sequence) return Missing(range, sequence, sequence + 1);
  return LogStore::ChunkAt{key->first, *header};
}

absl::StatusOr<Sequence> ChunkReader::Find(const ReadRange& range,
                                           const LogStore::HeaderPredicate& wanted) const {
  // Binary search over sequences: each probe is a seek, and the answer is a chunk's first sequence.
  Sequence low = range.from;    // no chunk before the one that holds `low` is wanted
  Sequence high = range.until;  // what begins here is wanted, or the end
  while (low < high) {
    const auto chunk = Containing(range.log, low + (high - low) / 2);
    if (!chunk.ok()) return chunk.status();
    if (wanted(chunk->first, chunk->header)) {
      high = chunk->first;
    } else {
      low = chunk->first + chunk->header.count;
    }
  }
  return std::min(low, range.until);
}

bool ChunkReader::CountKept(rocksdb::Iterator& entries, LogNumber log, Sequence first_kept, bool with_counts,
                            ChannelCount& channel) const {
  // The entry before the first at or after first_kept may reach past it; it counts whole.
  entries.SeekForPrev(schema::ChannelKey{log, channel.name, first_kept}.Encode());
  const auto nearest = entries.Valid() ? schema::ChannelKey::Decode(View(entries.key())) : std::nullopt;
  if (!nearest || nearest->log != log || nearest->channel != channel.name)
    entries.Seek(schema::ChannelKey{log, channel.name, 0}.Encode());
  bool kept = false;
  const std::string past = schema::ChannelKey::Prefix(log, channel.name) + '\x01';
  for (; entries.Valid() && View(entries.key()) < std::string_view(past); entries.Next()) {
    const auto entry = schema::ChannelKey::Decode(View(entries.key()));
    if (entry && entry->chunk < first_kept) {
      const auto chunk = Containing(log, entry->chunk);
      if (!chunk.ok() || chunk->first + chunk->header.count <= first_kept) continue;
    }
    kept = true;
    if (!with_counts) break;
    std::string_view value = View(entries.value());
    uint64_t records = 0;
    wire::TakeVarint(value, records);
    channel.records += records;
  }
  return kept;
}

absl::StatusOr<std::vector<ChannelCount>> ChunkReader::Channels(LogNumber log, Sequence first_kept,
                                                                std::string_view prefix,
                                                                std::string_view after, size_t limit,
                                                                bool with_counts) const {
  const std::unique_ptr<rocksdb::Iterator> iterator(
      engine_.db()->NewIterator(rocksdb::ReadOptions(), engine_.channels()));
  const std::string wanted = schema::ChannelKey::Prefix(log, prefix);
  // A channel's entries end where a 0x01 would follow it.
  const std::string past_after = schema::ChannelKey::Prefix(log, after) + '\x01';
  iterator->Seek(after.empty() ? wanted : std::max(wanted, past_after));
  std::vector<ChannelCount> channels;
  while (iterator->Valid() && iterator->key().starts_with(wanted)) {
    const auto key = schema::ChannelKey::Decode(View(iterator->key()));
    if (!key) return MakeError(Reason::kCorruptChunk, "a key of the channel index is malformed");
    const std::string name(key->channel);
    ChannelCount count{name, 0};
    if (CountKept(*iterator, log, first_kept, with_counts, count)) channels.push_back(std::move(count));
    if (channels.size() == limit) break;
    iterator->Seek(schema::ChannelKey::Prefix(log, name) + '\x01');
  }
  if (!iterator->status().ok()) return FromRocks(iterator->status(), "read the channel index");
  return channels;
}

Sequence ChunkReader::NextReadable(LogNumber log, Sequence sequence, Sequence until) const {
  // Point reads first: they find the very next chunk, if it is near, and no other damage is in their way.
  constexpr Sequence kNear = 64;
  for (Sequence next = sequence + 1; next < std::min(until, sequence + kNear); ++next) {
    rocksdb::PinnableSlice value;
    if (engine_.db()->Get({}, engine_.chunks(), schema::ChunkKey{log, next}.Encode(), &value).ok())
      return next;
  }
  for (Sequence step = 1; sequence + step < until; step *= 2) {
    const std::unique_ptr<rocksdb::Iterator> iterator(
        engine_.db()->NewIterator(rocksdb::ReadOptions(), engine_.chunks()));
    iterator->Seek(schema::ChunkKey{log, sequence + step}.Encode());
    if (!iterator->Valid()) continue;
    const auto key = schema::ChunkKey::Decode(View(iterator->key()));
    if (key && key->log == log) return std::min(key->first, until);
  }
  return until;
}

}  // namespace replog
