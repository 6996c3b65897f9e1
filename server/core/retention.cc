#include "server/core/retention.h"

#include <algorithm>

namespace replog {
namespace {

absl::StatusOr<Sequence> ByAge(const RetentionView& view, LogStore& store, int64_t now_us) {
  const int64_t oldest_us = now_us - view.settings.retention_age_us;
  return store.FindChunk(view.log, view.first_kept, view.end, [&](Sequence, const Chunk::Header& header) {
    return header.last_time_us >= oldest_us;
  });
}

absl::StatusOr<Sequence> ByRecords(const RetentionView& view, LogStore& store) {
  const uint64_t keep = view.settings.retention_records;
  if (view.end - view.first_kept <= keep) return view.first_kept;
  const auto chunk = store.ChunkContaining(view.log, view.end - keep);
  if (!chunk.ok()) return chunk.status();
  return chunk->first;
}

absl::StatusOr<Sequence> ByBytes(const RetentionView& view, LogStore& store) {
  if (view.bytes_before_end <= view.settings.retention_bytes) return view.first_kept;
  const uint64_t from = view.bytes_before_end - view.settings.retention_bytes;
  auto found =
      store.FindChunk(view.log, view.first_kept, view.end,
                      [&](Sequence, const Chunk::Header& header) { return header.bytes_before >= from; });
  if (!found.ok() || *found < view.end) return found;
  // Not even the last chunk alone is within the bound: keep it all the same.
  const auto last = store.ChunkContaining(view.log, view.end - 1);
  if (!last.ok()) return last.status();
  return last->first;
}

}  // namespace

absl::StatusOr<Sequence> RetentionPoint(const RetentionView& view, LogStore& store,
                                        std::optional<int64_t> now_us) {
  Sequence point = view.first_kept;
  if (view.first_kept == view.end) return point;
  const auto raise = [&](const absl::StatusOr<Sequence>& to) {
    if (to.ok()) point = std::max(point, *to);
    return to.status();
  };
  absl::Status status;
  if (view.settings.retention_age_us > 0 && now_us) status.Update(raise(ByAge(view, store, *now_us)));
  if (view.settings.retention_records > 0) status.Update(raise(ByRecords(view, store)));
  if (view.settings.retention_bytes > 0) status.Update(raise(ByBytes(view, store)));
  if (!status.ok()) return status;
  return point;
}

}  // namespace replog
