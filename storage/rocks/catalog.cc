#include "storage/rocks/catalog.h"

#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/error.h"
#include "replog/storage/v1/meta.pb.h"
#include "storage/model/chunk_format.h"
#include "storage/schema/chunk_key.h"
#include "storage/schema/families.h"
#include "storage/schema/meta_key.h"

namespace replog {
namespace {

namespace pb = storage::v1;

pb::StoredLogState Encode(const StoredLog& log) {
  pb::StoredLogState state;
  state.set_name(log.descriptor.name);
  state.set_uuid(log.descriptor.uuid);
  state.set_lineage(log.descriptor.lineage);
  state.set_created_us(log.descriptor.created_us);
  const LogSettings& settings = log.descriptor.settings;
  state.mutable_settings()->set_durability(static_cast<uint32_t>(settings.durability));
  state.mutable_settings()->set_retention_age_us(settings.retention_age_us);
  state.mutable_settings()->set_retention_bytes(settings.retention_bytes);
  state.mutable_settings()->set_retention_records(settings.retention_records);
  state.mutable_settings()->set_dedupe_window_us(settings.dedupe_window_us);
  for (const auto& entry : log.epochs.entries()) {
    auto* epoch = state.add_epochs();
    epoch->set_epoch(entry.epoch);
    epoch->set_first(entry.first);
  }
  state.set_first_kept(log.first_kept);
  state.set_end(log.end);
  state.set_last_time_us(log.last_time_us);
  state.set_bytes_before_end(log.bytes_before_end);
  return state;
}

StoredLog Decode(LogNumber number, const pb::StoredLogState& state) {
  StoredLog log;
  log.descriptor = {.number = number,
                    .name = state.name(),
                    .uuid = state.uuid(),
                    .lineage = state.lineage(),
                    .created_us = state.created_us(),
                    .settings = {.durability = static_cast<Durability>(state.settings().durability()),
                                 .retention_age_us = state.settings().retention_age_us(),
                                 .retention_bytes = state.settings().retention_bytes(),
                                 .retention_records = state.settings().retention_records(),
                                 .dedupe_window_us = state.settings().has_dedupe_window_us()
                                                         ? state.settings().dedupe_window_us()
                                                         : kDefaultDedupeWindowUs}};
  std::vector<EpochTable::Entry> epochs;
  for (const auto& epoch : state.epochs()) epochs.push_back({epoch.epoch(), epoch.first()});
  log.epochs = EpochTable(std::move(epochs));
  log.first_kept = state.first_kept();
  log.end = state.end();
  log.last_time_us = state.last_time_us();
  log.bytes_before_end = state.bytes_before_end();
  return log;
}

absl::Status DamagedMeta(std::string_view what) {
  return MakeError(Reason::kCorruptChunk, absl::StrCat("the store's meta data is damaged: ",
                                                       absl::string_view(what.data(), what.size())));
}

// Takes end, time and size from the log's last chunk, if it has one.
absl::Status FindEnd(const Engine& engine, StoredLog& log) {
  const LogNumber number = log.descriptor.number;
  const std::unique_ptr<rocksdb::Iterator> iterator(
      engine.db()->NewIterator(rocksdb::ReadOptions(), engine.chunks()));
  iterator->SeekForPrev(schema::ChunkKey{number, UINT64_MAX}.Encode());
  if (!iterator->Valid()) return FromRocks(iterator->status(), "find the end of a log");
  const auto key = schema::ChunkKey::Decode({iterator->key().data(), iterator->key().size()});
  if (!key) return DamagedMeta("a chunk's key is malformed");
  if (key->log != number || key->first + 1 <= log.end) return absl::OkStatus();
  const auto chunk = DecodeChunk(number, key->first, {iterator->value().data(), iterator->value().size()});
  if (!chunk.ok()) return chunk.status();
  log.end = (*chunk)->end();
  log.last_time_us = (*chunk)->header().last_time_us;
  log.bytes_before_end = (*chunk)->header().bytes_before + (*chunk)->records().size();
  return absl::OkStatus();
}

}  // namespace

std::string MakeUuid() {
  std::random_device random;
  uint32_t words[4];
  for (uint32_t& word : words) word = random();
  return absl::StrFormat("%08x-%04x-4%03x-%04x-%04x%08x", words[0], words[1] >> 16, words[1] & 0xfff,
                         (words[2] >> 16 & 0x3fff) | 0x8000, words[2] & 0xffff, words[3]);
}

StoredLog* Catalog::Find(LogNumber log) {
  const auto found = logs_.find(log);
  return found == logs_.end() ? nullptr : &found->second;
}

void Catalog::PutLog(const Engine& engine, const StoredLog& log, rocksdb::WriteBatch& batch) const {
  batch.Put(engine.meta(), schema::LogKey(log.descriptor.number), Encode(log).SerializeAsString());
}

void Catalog::PutIdentity(const Engine& engine, LogNumber next_number, rocksdb::WriteBatch& batch) const {
  pb::StoredIdentity identity;
  identity.set_format_version(schema::kFormatVersion);
  identity.set_storage_id(storage_id_);
  identity.set_next_log_number(next_number);
  batch.Put(engine.meta(), schema::StoreKey(), identity.SerializeAsString());
}

absl::Status Catalog::Load(const Engine& engine, rocksdb::WriteBatch& batch) {
  if (auto status = LoadIdentity(engine, batch); !status.ok()) return status;
  return LoadLogs(engine);
}

absl::Status Catalog::LoadIdentity(const Engine& engine, rocksdb::WriteBatch& batch) {
  std::string value;
  const auto found = engine.db()->Get(rocksdb::ReadOptions(), engine.meta(), schema::StoreKey(), &value);
  if (found.IsNotFound()) {
    storage_id_ = MakeUuid();
    next_number_ = 1;
    PutIdentity(engine, next_number_, batch);
    return absl::OkStatus();
  }
  if (!found.ok()) return FromRocks(found, "read the store's identity");
  pb::StoredIdentity identity;
  if (!identity.ParseFromString(value)) return DamagedMeta("identity");
  if (identity.format_version() > schema::kFormatVersion) {
    return MakeError(Reason::kFormatTooNew,
                     absl::StrCat("the data directory has format ", identity.format_version(),
                                  "; this server knows up to ", schema::kFormatVersion));
  }
  for (size_t i = 0; i < schema::kFamilies.size(); ++i) {
    const schema::FamilyRow& row = schema::kFamilies[i];
    if (identity.format_version() >= row.since && engine.Of(static_cast<schema::Family>(i)) == nullptr)
      return DamagedMeta(absl::StrCat("the manifest does not know the family `", row.name, "`"));
  }
  storage_id_ = identity.storage_id();
  next_number_ = identity.next_log_number();
  if (identity.format_version() < schema::kFormatVersion) PutIdentity(engine, next_number_, batch);
  return absl::OkStatus();
}

absl::Status Catalog::LoadLogs(const Engine& engine) {
  logs_.clear();
  const std::unique_ptr<rocksdb::Iterator> iterator(
      engine.db()->NewIterator(rocksdb::ReadOptions(), engine.meta()));
  for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
    const auto number = schema::DecodeLogKey({iterator->key().data(), iterator->key().size()});
    if (!number) continue;
    pb::StoredLogState state;
    if (!state.ParseFromArray(iterator->value().data(), static_cast<int>(iterator->value().size()))) {
      return DamagedMeta(absl::StrCat("log number ", *number));
    }
    StoredLog log = Decode(*number, state);
    if (auto status = FindEnd(engine, log); !status.ok()) return status;
    logs_[*number] = std::move(log);
  }
  return FromRocks(iterator->status(), "read the list of logs");
}

void Catalog::Fork(const Engine& engine, int64_t now_us, rocksdb::WriteBatch& batch) {
  storage_id_ = MakeUuid();
  PutIdentity(engine, next_number_, batch);
  std::random_device random;
  for (auto& [number, log] : logs_) {
    log.descriptor.lineage = NextLineage(log.descriptor.lineage, now_us, random());
    log.epochs.Begin(NextOrigin(log.epochs.current(), random()), log.end);
    PutLog(engine, log, batch);
  }
}

void Catalog::BeginEpochs(const Engine& engine, rocksdb::WriteBatch& batch) {
  for (auto& [number, log] : logs_) {
    log.epochs.Begin(log.epochs.current() + 1, log.end);
    PutLog(engine, log, batch);
  }
}

}  // namespace replog
