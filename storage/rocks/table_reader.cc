#include "storage/rocks/table_reader.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "storage/rocks/bounded_iterator.h"
#include "storage/rocks/expiry_index.h"
#include "storage/rocks/slices.h"
#include "storage/schema/table_key.h"

namespace replog {
namespace {

absl::Status Damaged(LogNumber log) {
  return MakeError(Reason::kCorruptChunk, absl::StrCat("log number ", log, ": its table is damaged"));
}

// A run of the family's keys.
struct KeyRange {
  std::string begin;
  std::string end;
};

std::string Successor(std::string prefix) {
  // A channel is UTF-8 and a log's number never ends, so the last byte is never 0xff.
  ++prefix.back();
  return prefix;
}

// The keys of the channels that `filter` selects, in order and without overlap.
std::vector<KeyRange> RangesOf(LogNumber log, const ChannelFilter& filter) {
  if (filter.all()) return {{schema::TableKey::Prefix(log, ""), schema::TableKey::Prefix(log + 1, "")}};
  std::vector<KeyRange> ranges;
  for (const std::string& name : filter.names()) {
    const std::string begin = schema::TableKey{log, name, ""}.Encode();
    ranges.push_back({begin, Successor(begin)});
  }
  for (const std::string& prefix : filter.prefixes()) {
    const std::string begin = schema::TableKey::Prefix(log, prefix);
    ranges.push_back({begin, prefix.empty() ? schema::TableKey::Prefix(log + 1, "") : Successor(begin)});
  }
  std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
  std::vector<KeyRange> merged;
  for (KeyRange& range : ranges) {
    if (!merged.empty() && range.begin < merged.back().end) {
      merged.back().end = std::max(merged.back().end, range.end);
    } else {
      merged.push_back(std::move(range));
    }
  }
  return merged;
}

// The first key after a place.
std::string After(LogNumber log, const TablePlace& place) {
  if (!place.begun) return {};
  return schema::TableKey{log, place.channel, place.key}.Encode() + '\0';
}

// Collects records until the slice is full.
class SliceBuilder {
 public:
  SliceBuilder(LogNumber log, const TableScan& scan) : log_(log), scan_(scan) { slice_.end = scan.after; }

  // False when the slice is full and the entry not in it.
  absl::StatusOr<bool> Add(std::string_view key, std::string_view value) {
    if (Full()) return false;
    const bool fits = slice_.count == 0 || slice_.records.size() + value.size() <= scan_.max_bytes;
    if (!fits) return false;
    const auto place = schema::TableKey::Decode(key);
    const auto record = DecodeEntry(value);
    if (!place || !record) return Damaged(log_);
    examined_bytes_ += value.size();
    slice_.end.begun = true;
    slice_.end.channel = place->channel;
    slice_.end.key = place->key;
    if (record->sequence >= scan_.before_sequence) {
      slice_.passed_over_end = std::max(slice_.passed_over_end, record->sequence + 1);
      return true;
    }
    if (record->deleted) return true;
    slice_.records.append(value);
    ++slice_.count;
    return true;
  }
  TableSlice Finish(bool complete) {
    slice_.complete = complete;
    return std::move(slice_);
  }

 private:
  bool Full() const {
    // Tombstones cost time too.
    constexpr size_t kMaxExaminedPerWanted = 16;
    return slice_.count >= scan_.max_records || slice_.records.size() >= scan_.max_bytes ||
           examined_bytes_ >= kMaxExaminedPerWanted * scan_.max_bytes;
  }

  const LogNumber log_;
  const TableScan& scan_;
  TableSlice slice_;
  size_t examined_bytes_ = 0;
};

}  // namespace

absl::StatusOr<std::optional<std::string>> TableReader::Record(LogNumber log, std::string_view channel,
                                                               std::string_view key) const {
  if (engine_.table() == nullptr) return std::nullopt;
  std::string value;
  rocksdb::ReadOptions options;
  options.snapshot = snapshot_;
  const auto found =
      engine_.db()->Get(options, engine_.table(), schema::TableKey{log, channel, key}.Encode(), &value);
  if (found.IsNotFound()) return std::nullopt;
  if (!found.ok()) return FromRocks(found, "read a table");
  return value;
}

absl::StatusOr<TableSlice> TableReader::Slice(LogNumber log, const TableScan& scan) const {
  SliceBuilder slice(log, scan);
  if (engine_.table() == nullptr) return slice.Finish(true);
  const std::string after = After(log, scan.after);
  for (const KeyRange& range : RangesOf(log, scan.filter)) {
    if (range.end <= after) continue;
    BoundedIterator entries(engine_, engine_.table(), std::max(range.begin, after), range.end, snapshot_);
    for (entries->SeekToFirst(); entries->Valid(); entries->Next()) {
      const auto added = slice.Add(View(entries->key()), View(entries->value()));
      if (!added.ok()) return added.status();
      if (!*added) return slice.Finish(false);
    }
    if (!entries->status().ok()) return FromRocks(entries->status(), "read a table");
  }
  return slice.Finish(true);
}

absl::Status PutTable(const Engine& engine, LogNumber log, const Chunk& chunk, rocksdb::WriteBatch& batch) {
  const bool whole =
      ForEachEntry(chunk.records(), [&](const wire::RecordView& record, std::string_view entry) {
        batch.Put(engine.table(), schema::TableKey{log, record.channel, record.key}.Encode(), ToSlice(entry));
        if (record.expires_us) PutExpiry(engine, log, record, batch);
      });
  return whole ? absl::OkStatus() : Damaged(log);
}

}  // namespace replog
