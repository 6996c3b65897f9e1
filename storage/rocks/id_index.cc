#include "storage/rocks/id_index.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "proto/wire/record_view.h"
#include "storage/rocks/slices.h"
#include "storage/schema/id_key.h"

namespace replog {
namespace {

absl::Status Damaged(LogNumber log) {
  return MakeError(Reason::kCorruptChunk, absl::StrCat("log number ", log, ": its ids are damaged"));
}

}  // namespace

absl::StatusOr<std::vector<std::optional<IdEntry>>> FindIds(const Engine& engine, LogNumber log,
                                                            std::span<const std::string_view> ids) {
  std::vector<std::optional<IdEntry>> entries(ids.size());
  if (engine.ids() == nullptr) return entries;
  std::vector<std::string> keys;
  keys.reserve(ids.size());
  for (const std::string_view id : ids) keys.push_back(schema::IdKey{log, id}.Encode());
  const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> values(ids.size());
  std::vector<rocksdb::Status> found(ids.size());
  engine.db()->MultiGet({}, engine.ids(), ids.size(), slices.data(), values.data(), found.data());
  for (size_t i = 0; i < ids.size(); ++i) {
    if (found[i].IsNotFound()) continue;
    if (!found[i].ok()) return FromRocks(found[i], "read ids");
    entries[i] = schema::DecodeIdEntry(View(values[i]));
    if (!entries[i]) return Damaged(log);
  }
  return entries;
}

absl::Status PutIds(const Engine& engine, LogNumber log, const Chunk& chunk, rocksdb::WriteBatch& batch) {
  wire::RecordsReader reader(chunk.records());
  std::string_view encoded;
  while (reader.Next(encoded)) {
    const auto record = wire::DecodeRecord(encoded);
    if (!record) return Damaged(log);
    if (record->id.empty()) continue;
    batch.Put(engine.ids(), schema::IdKey{log, record->id}.Encode(),
              schema::EncodeIdEntry({record->sequence, record->time_us}));
  }
  return reader.malformed() ? Damaged(log) : absl::OkStatus();
}

}  // namespace replog
