#include "storage/rocks/engine.h"

#include <algorithm>
#include <atomic>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "storage/rocks/wal_file_system.h"
#include "storage/schema/families.h"

namespace replog {

absl::Status FromRocks(const rocksdb::Status& status, const std::string& doing) {
  if (status.ok()) return absl::OkStatus();
  const Reason reason = status.IsCorruption() ? Reason::kCorruptChunk : Reason::kStoreFailed;
  return MakeError(reason, absl::StrCat("cannot ", doing, ": ", status.ToString()));
}

namespace {

// Leaves out the families that an older store does not have; which may be missing the catalog knows.
rocksdb::Status LeaveOutMissing(const rocksdb::DBOptions& options, const std::string& path,
                                std::vector<rocksdb::ColumnFamilyDescriptor>& families) {
  std::vector<std::string> names;
  if (auto status = rocksdb::DB::ListColumnFamilies(options, path, &names); !status.ok()) return status;
  std::erase_if(families,
                [&](const auto& family) { return std::ranges::find(names, family.name) == names.end(); });
  return rocksdb::Status::OK();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Engine>> Engine::Open(const StoreOptions& options, const std::string& path) {
  // Compaction can wait for appends; flushes, which are in the other pool, cannot.
  options.env->LowerThreadPoolCPUPriority(rocksdb::Env::LOW);
  std::unique_ptr<Engine> engine(new Engine());
  rocksdb::DB* db = nullptr;
  engine->env_ = WithWalFileSystem(options.env, options.counters->wal_sync_us);
  auto db_options = engine->DbOptions(options);
  db_options.env = engine->env_.get();
  const auto opened = rocksdb::DB::Open(db_options, path, MakeFamilies(options), &engine->handles_, &db);
  if (!opened.ok()) return FromRocks(opened, absl::StrCat("open ", path));
  engine->db_.reset(db);
  engine->SortHandles();
  return engine;
}

absl::StatusOr<std::unique_ptr<Engine>> Engine::OpenReadOnly(const StoreOptions& options,
                                                             const std::string& path) {
  std::unique_ptr<Engine> engine(new Engine());
  const auto db_options = engine->DbOptions(options);
  auto families = MakeFamilies(options);
  if (const auto status = LeaveOutMissing(db_options, path, families); !status.ok())
    return FromRocks(status, absl::StrCat("open ", path));
  rocksdb::DB* db = nullptr;
  const auto opened = rocksdb::DB::OpenForReadOnly(db_options, path, families, &engine->handles_, &db);
  if (!opened.ok()) return FromRocks(opened, absl::StrCat("open ", path));
  engine->db_.reset(db);
  engine->SortHandles();
  return engine;
}

rocksdb::DBOptions Engine::DbOptions(const StoreOptions& options) {
  auto db_options = MakeDbOptions(options);
  db_options.wal_filter = &wal_check_;
  return db_options;
}

void Engine::SortHandles() {
  for (auto* handle : handles_) {
    const auto row = std::ranges::find_if(
        schema::kFamilies, [&](const schema::FamilyRow& row) { return handle->GetName() == row.name; });
    if (row != schema::kFamilies.end()) families_[row - schema::kFamilies.begin()] = handle;
  }
}

std::vector<rocksdb::ColumnFamilyHandle*> Engine::families() const {
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  std::ranges::copy_if(families_, std::back_inserter(families),
                       [](auto* family) { return family != nullptr; });
  return families;
}

Engine::Engine()
    : id_([] {
        static std::atomic<uint64_t> next{1};
        return next++;
      }()) {}

const rocksdb::Snapshot* Engine::TakeSnapshot() const {
  const auto* snapshot = db_->GetSnapshot();
  MutexLock lock(mutex_);
  snapshots_.insert(snapshot);
  return snapshot;
}

void Engine::ReleaseSnapshot(const rocksdb::Snapshot* snapshot) const {
  MutexLock lock(mutex_);
  if (snapshots_.erase(snapshot) > 0) db_->ReleaseSnapshot(snapshot);
}

Engine::~Engine() {
  if (db_ == nullptr) return;
  {
    MutexLock lock(mutex_);
    for (const auto* snapshot : snapshots_) db_->ReleaseSnapshot(snapshot);
  }
  for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
  // Reported by the next open's recovery, if it mattered: everything acknowledged is in the synced log.
  db_->Close().PermitUncheckedError();
}

}  // namespace replog
