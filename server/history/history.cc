#include "server/history/history.h"

#include <algorithm>

#include "server/history/quantile.h"

namespace replog {
namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
constexpr double kMicrosPerSecond = 1e6;

// Null when the snapshot does not have this very log.
const Snapshot::Log* Find(const Snapshot& snapshot, const Snapshot::Log& wanted) {
  const auto found = std::ranges::lower_bound(snapshot.logs, wanted.name, {}, &Snapshot::Log::name);
  return found != snapshot.logs.end() && found->uuid == wanted.uuid ? &*found : nullptr;
}

float Rate(uint64_t before, uint64_t now, double seconds) {
  return now < before ? kUnknown : static_cast<float>(double(now - before) / seconds);
}

double SecondsBetween(const Snapshot& before, const Snapshot& now) {
  return double(now.monotonic_us - before.monotonic_us) / kMicrosPerSecond;
}

}  // namespace

void History::Add(const Snapshot& snapshot) {
  MutexLock lock(mutex_);
  if (last_ && snapshot.monotonic_us > last_->monotonic_us) {
    times_.Set(count_, double(snapshot.wall_us) / kMicrosPerSecond);
    AddServer(*last_, snapshot);
    AddLogs(*last_, snapshot);
    AddNodes(snapshot);
    ++count_;
  }
  last_ = snapshot;
}

void History::AddServer(const Snapshot& before, const Snapshot& now) {
  const auto quantile = [&](double q) {
    return static_cast<float>(QuantileBetween(before.append_us, now.append_us, q));
  };
  server_[kAppendP50Us].Set(count_, quantile(0.5));
  server_[kAppendP99Us].Set(count_, quantile(0.99));
  server_[kDiskUsedBytes].Set(count_, now.disk_used ? static_cast<float>(*now.disk_used) : kUnknown);
  server_[kDiskFreeBytes].Set(count_, static_cast<float>(now.disk_free));
}

void History::AddLogs(const Snapshot& before, const Snapshot& now) {
  // Those that are kept, so that what is gone is forgotten.
  std::map<std::array<std::string, 2>, LogRings> kept;
  const double seconds = SecondsBetween(before, now);
  for (size_t i = 0; i < std::min(now.logs.size(), kBounds.logs); ++i) {
    const Snapshot::Log& log = now.logs[i];
    auto known = logs_.extract({log.name, log.uuid});
    LogRings& rings = kept[{log.name, log.uuid}];
    if (known) rings = std::move(known.mapped());
    rings[kKeptBytes].Set(count_, static_cast<float>(log.kept_bytes));
    rings[kMaxLag].Set(count_, static_cast<float>(log.max_lag));
    const auto set_rate = [&, sample = count_, was = Find(before, log)](LogColumn column,
                                                                        uint64_t Snapshot::Log::*counter) {
      rings[column].Set(sample, was == nullptr ? kUnknown : Rate(was->*counter, log.*counter, seconds));
    };
    set_rate(kAppendedRecords, &Snapshot::Log::appended_records);
    set_rate(kAppendedBytes, &Snapshot::Log::appended_bytes);
    set_rate(kDeliveredRecords, &Snapshot::Log::delivered_records);
    set_rate(kDeliveredBytes, &Snapshot::Log::delivered_bytes);
  }
  logs_ = std::move(kept);
}

void History::AddNodes(const Snapshot& now) {
  std::map<std::array<std::string, 3>, KnownNode> kept;
  for (size_t i = 0; i < std::min(now.nodes.size(), kBounds.nodes); ++i) {
    const Snapshot::Node& node = now.nodes[i];
    auto known = nodes_.extract({node.log, node.log_uuid, node.node});
    KnownNode& here = kept[{node.log, node.log_uuid, node.node}];
    if (known) here = std::move(known.mapped());
    here.fleet = node.fleet;
    here.lag.Set(count_, static_cast<float>(node.lag));
  }
  nodes_ = std::move(kept);
}

size_t History::FirstSince(double since) const {
  size_t first = count_;
  // Looked for from the end: mostly it is the newest alone that is asked for.
  while (first > 0 && count_ - first < kSamples && times_.At(first - 1) > since) --first;
  return first;
}

History::Reading History::ReadSince(double since) const {
  MutexLock lock(mutex_);
  const size_t begin = FirstSince(since);
  Reading reading;
  reading.times = times_.Slice(begin, count_);
  for (size_t i = 0; i < kServerColumns; ++i) reading.server[i] = server_[i].Slice(begin, count_);
  for (const auto& [names, rings] : logs_) {
    OfLog& log = reading.logs.emplace_back(OfLog{names[0], {}});
    for (size_t i = 0; i < kLogColumns; ++i) log.columns[i] = rings[i].Slice(begin, count_);
  }
  for (const auto& [names, known] : nodes_)
    reading.nodes.push_back({names[0], names[2], known.fleet, known.lag.Slice(begin, count_)});
  return reading;
}

}  // namespace replog
