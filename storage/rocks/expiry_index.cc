#include "storage/rocks/expiry_index.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "proto/wire/varint.h"
#include "storage/rocks/bounded_iterator.h"
#include "storage/rocks/slices.h"
#include "storage/schema/expiry_key.h"

namespace replog {
namespace {

absl::StatusOr<Expiry> Decode(LogNumber log, std::string_view encoded_key, std::string_view value) {
  const auto key = schema::ExpiryKey::Decode(encoded_key);
  Sequence sequence = 0;
  if (!key || !wire::TakeVarint(value, sequence) || !value.empty()) {
    return MakeError(Reason::kCorruptChunk,
                     absl::StrCat("log number ", log, ": its index of expiries is damaged"));
  }
  return Expiry{{key->expires_us, std::string(key->channel), std::string(key->key)}, sequence};
}

std::string KeyOf(LogNumber log, const ExpiryPlace& place) {
  return schema::ExpiryKey{log, place.expires_us, place.channel, place.key}.Encode();
}

}  // namespace

absl::StatusOr<ExpirySlice> ReadExpiries(const Engine& engine, LogNumber log, const ExpiryScan& scan) {
  ExpirySlice slice;
  if (engine.expiries() == nullptr) return slice;
  BoundedIterator entries(engine, engine.expiries(), KeyOf(log, scan.from),
                          schema::ExpiryKey::Prefix(log + 1, 0));
  for (entries->SeekToFirst(); entries->Valid(); entries->Next()) {
    auto entry = Decode(log, View(entries->key()), View(entries->value()));
    if (!entry.ok()) return entry.status();
    if (entry->place.expires_us >= scan.before_us || slice.entries.size() == scan.max_entries) {
      slice.next = std::move(entry->place);
      return slice;
    }
    slice.entries.push_back(*std::move(entry));
  }
  if (!entries->status().ok()) return FromRocks(entries->status(), "read an index of expiries");
  return slice;
}

void PutExpiry(const Engine& engine, LogNumber log, const wire::RecordView& record,
               rocksdb::WriteBatch& batch) {
  std::string sequence;
  wire::AppendVarint(sequence, record.sequence);
  batch.Put(engine.expiries(),
            schema::ExpiryKey{log, *record.expires_us, record.channel, record.key}.Encode(), sequence);
}

absl::Status DeleteExpiries(const Engine& engine, LogNumber log, std::span<const Expiry> expiries,
                            rocksdb::WriteBatch& batch) {
  for (const Expiry& expiry : expiries) {
    const std::string key = KeyOf(log, expiry.place);
    std::string value;
    const auto found = engine.db()->Get({}, engine.expiries(), key, &value);
    if (found.IsNotFound()) continue;
    if (!found.ok()) return FromRocks(found, "read an index of expiries");
    const auto entry = Decode(log, key, value);
    if (!entry.ok()) return entry.status();
    if (entry->sequence == expiry.sequence) batch.Delete(engine.expiries(), key);
  }
  return absl::OkStatus();
}

}  // namespace replog
