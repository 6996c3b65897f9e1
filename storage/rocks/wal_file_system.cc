#include "storage/rocks/wal_file_system.h"

#include "base/clock.h"
#include "rocksdb/file_system.h"

namespace replog {
namespace {

class TimedSyncs final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  TimedSyncs(std::unique_ptr<rocksdb::FSWritableFile> file, Histogram& sync_us)
      : FSWritableFileOwnerWrapper(std::move(file)), sync_us_(sync_us) {}
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    const int64_t begin_us = SystemClock().MonotonicMicros();
    auto status = FSWritableFileOwnerWrapper::Sync(options, debug);
    sync_us_.Add(static_cast<uint64_t>(SystemClock().MonotonicMicros() - begin_us));
    return status;
  }

 private:
  Histogram& sync_us_;
};

class WalFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  WalFileSystem(const std::shared_ptr<rocksdb::FileSystem>& base, Histogram& sync_us)
      : FileSystemWrapper(base), sync_us_(sync_us) {}
  const char* Name() const override { return "WalFileSystem"; }
  rocksdb::FileOptions OptimizeForLogWrite(const rocksdb::FileOptions& options,
                                           const rocksdb::DBOptions& db) const override {
    auto optimized = target()->OptimizeForLogWrite(options, db);
    optimized.fallocate_with_keep_size = false;
    return optimized;
  }
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    auto status = target()->NewWritableFile(name, options, file, debug);
    if (status.ok() && name.ends_with(".log"))
      *file = std::make_unique<TimedSyncs>(std::move(*file), sync_us_);
    return status;
  }

 private:
  Histogram& sync_us_;
};

}  // namespace

std::unique_ptr<rocksdb::Env> WithWalFileSystem(rocksdb::Env* base, Histogram& sync_us) {
  return rocksdb::NewCompositeEnv(std::make_shared<WalFileSystem>(base->GetFileSystem(), sync_us));
}

}  // namespace replog
