#pragma once

#include "absl/status/statusor.h"
#include "storage/model/log_store.h"
#include "storage/rocks/chunk_source.h"

namespace replog {

// Reads of an open engine; see LogStore for what each promises. Stateless, thread-safe.
class ChunkReader {
 public:
  explicit ChunkReader(const Engine& engine) : engine_(engine) {}

  absl::StatusOr<ChunkRun> Forward(const ReadRange& range, size_t max_bytes,
                                   const ChannelFilter& filter) const;
  absl::StatusOr<ChunkRun> Backward(const ReadRange& range, size_t max_bytes,
                                    const ChannelFilter& filter) const;
  absl::StatusOr<Sequence> Find(const ReadRange& range, const LogStore::HeaderPredicate& wanted) const;
  absl::StatusOr<LogStore::ChunkAt> Containing(LogNumber log, Sequence sequence) const;
  absl::StatusOr<std::vector<ChannelCount>> Channels(LogNumber log, Sequence first_kept,
                                                     std::string_view prefix, std::string_view after,
                                                     size_t limit, bool with_counts) const;
  // The first sequence after `sequence` from which chunks can be read again, at most `until`: how far damage
  // reaches.
  Sequence NextReadable(LogNumber log, Sequence sequence, Sequence until) const;

 private:
  // The channels that a filter selects; nullopt when they are too many to look each of them up.
  absl::StatusOr<std::optional<std::vector<std::string>>> Selected(LogNumber log,
                                                                   const ChannelFilter& filter) const;
  absl::StatusOr<std::unique_ptr<ChunkSource>> MakeSource(const ReadRange& range, const ChannelFilter& filter,
                                                          Direction direction) const;
  // Adds up what `entries` lists for `channel` of chunks with records from first_kept on; whether there are
  // any. Without counts it stops at the first.
  bool CountKept(rocksdb::Iterator& entries, LogNumber log, Sequence first_kept, bool with_counts,
                 ChannelCount& channel) const;

  const Engine& engine_;
};

}  // namespace replog
