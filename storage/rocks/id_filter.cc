#include "storage/rocks/id_filter.h"

#include "storage/rocks/slices.h"
#include "storage/schema/id_key.h"

namespace replog {
namespace {

class IdFilter final : public rocksdb::CompactionFilter {
 public:
  explicit IdFilter(std::map<LogNumber, int64_t> horizons) : horizons_(std::move(horizons)) {}

  bool Filter(int, const rocksdb::Slice& key, const rocksdb::Slice& value, std::string*,
              bool*) const override {
    const auto id = schema::IdKey::Decode(View(key));
    const auto entry = schema::DecodeIdEntry(View(value));
    if (!id || !entry) return false;
    const auto horizon = horizons_.find(id->log);
    return horizon != horizons_.end() && entry->time_us < horizon->second;
  }
  const char* Name() const override { return "replog.IdFilter"; }

 private:
  const std::map<LogNumber, int64_t> horizons_;
};

class IdFilterFactory final : public rocksdb::CompactionFilterFactory {
 public:
  explicit IdFilterFactory(std::shared_ptr<const IdHorizons> horizons) : horizons_(std::move(horizons)) {}

  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context&) override {
    return std::make_unique<IdFilter>(horizons_->All());
  }
  const char* Name() const override { return "replog.IdFilterFactory"; }

 private:
  const std::shared_ptr<const IdHorizons> horizons_;
};

}  // namespace

void IdHorizons::Set(LogNumber log, const LogSettings& settings, int64_t last_time_us) {
  MutexLock lock(mutex_);
  const int64_t window_us = settings.dedupe_window_us;
  horizons_[log] = window_us == 0 ? INT64_MAX : last_time_us - window_us;
}

std::map<LogNumber, int64_t> IdHorizons::All() const {
  MutexLock lock(mutex_);
  return horizons_;
}

std::shared_ptr<rocksdb::CompactionFilterFactory> MakeIdFilter(std::shared_ptr<const IdHorizons> horizons) {
  return std::make_shared<IdFilterFactory>(std::move(horizons));
}

}  // namespace replog
