#include "server/core/table_digests.h"

#include <algorithm>

#include "base/error.h"

namespace replog {
namespace {

// Calls `visit` with every live row, in the table's order, until it returns false.
absl::Status ForEachRow(TableScan scan, const ReadTableSlice& read,
                        const std::function<bool(const wire::RecordView&)>& visit) {
  for (;;) {
    const auto slice = read(scan);
    if (!slice.ok()) return slice.status();
    bool go_on = true;
    const bool whole = ForEachEntry(slice->records, [&](const wire::RecordView& record, std::string_view) {
      go_on = go_on && visit(record);
    });
    if (!whole) return MakeError(Reason::kCorruptChunk, "the log's table is damaged");
    if (slice->complete || !go_on) return absl::OkStatus();
    scan.after = slice->end;
  }
}

}  // namespace

absl::StatusOr<ChannelDigests> DigestChannels(const ReadTableSlice& read) {
  ChannelDigests digests;
  wire::RowHasher hasher;
  auto current = digests.end();
  const auto status = ForEachRow({}, read, [&](const wire::RecordView& row) {
    if (current == digests.end() || current->first != row.channel)
      current = digests.try_emplace(std::string(row.channel)).first;
    current->second.Add(hasher.Hash(row));
    return true;
  });
  if (!status.ok()) return status;
  return digests;
}

absl::StatusOr<std::vector<wire::TableDigest>> DigestRanges(const RangeQuery& query,
                                                            const ReadTableSlice& read) {
  std::vector<wire::TableDigest> ranges(query.range_ends.size() + 1);
  wire::RowHasher hasher;
  TableScan scan;
  scan.filter = ChannelFilter({query.channel});
  scan.before_sequence = query.before_sequence;
  if (query.after_key) scan.after = {true, query.channel, *query.after_key};
  size_t range = 0;
  const auto status = ForEachRow(scan, read, [&](const wire::RecordView& row) {
    if (query.until_key && row.key > *query.until_key) return false;
    while (range < query.range_ends.size() && row.key > query.range_ends[range]) ++range;
    ranges[range].Add(hasher.Hash(row));
    return true;
  });
  if (!status.ok()) return status;
  return ranges;
}

}  // namespace replog
