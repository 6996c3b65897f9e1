#include "storage/rocks/wal_file_system.h"

#include "rocksdb/file_system.h"

namespace replog {
namespace {

class WalFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;
  const char* Name() const override { return "WalFileSystem"; }
  rocksdb::FileOptions OptimizeForLogWrite(const rocksdb::FileOptions& options,
                                           const rocksdb::DBOptions& db) const override {
    auto optimized = target()->OptimizeForLogWrite(options, db);
    optimized.fallocate_with_keep_size = false;
    return optimized;
  }
};

}  // namespace

std::unique_ptr<rocksdb::Env> WithFullSizeLogFiles(rocksdb::Env* base) {
  return rocksdb::NewCompositeEnv(std::make_shared<WalFileSystem>(base->GetFileSystem()));
}

}  // namespace replog
