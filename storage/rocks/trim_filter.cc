#include "storage/rocks/trim_filter.h"

#include <algorithm>

#include "storage/schema/channel_key.h"

namespace replog {
namespace {

class TrimFilter final : public rocksdb::CompactionFilter {
 public:
  explicit TrimFilter(std::map<LogNumber, Sequence> points) : points_(std::move(points)) {}

  bool Filter(int, const rocksdb::Slice& key, const rocksdb::Slice&, std::string*, bool*) const override {
    const auto entry = schema::ChannelKey::Decode({key.data(), key.size()});
    if (!entry) return false;
    const auto point = points_.find(entry->log);
    return point != points_.end() && entry->chunk < point->second;
  }
  const char* Name() const override { return "replog.TrimFilter"; }

 private:
  const std::map<LogNumber, Sequence> points_;
};

class TrimFilterFactory final : public rocksdb::CompactionFilterFactory {
 public:
  explicit TrimFilterFactory(std::shared_ptr<const TrimPoints> points) : points_(std::move(points)) {}

  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context&) override {
    return std::make_unique<TrimFilter>(points_->All());
  }
  const char* Name() const override { return "replog.TrimFilterFactory"; }

 private:
  const std::shared_ptr<const TrimPoints> points_;
};

}  // namespace

void TrimPoints::Raise(LogNumber log, Sequence first) {
  MutexLock lock(mutex_);
  points_[log] = std::max(points_[log], first);
}

std::map<LogNumber, Sequence> TrimPoints::All() const {
  MutexLock lock(mutex_);
  return points_;
}

std::shared_ptr<rocksdb::CompactionFilterFactory> MakeTrimFilter(std::shared_ptr<const TrimPoints> points) {
  return std::make_shared<TrimFilterFactory>(std::move(points));
}

}  // namespace replog
