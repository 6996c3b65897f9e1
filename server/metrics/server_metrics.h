#pragma once

#include "server/core/log_service.h"
#include "server/metrics/metric.h"

namespace replog {

// Memory by who holds it; several sources add to it.
inline constexpr Metric kMemory{
    "replog_memory_bytes", MetricType::Gauge, "owner",
    "Memory by who holds it: `tail`, the newest records; `cold_reads`, what was read for readers that are "
    "behind; `append_queue`; and RocksDB's `block_cache`, `memtables` and `table_readers`."};

// What the server does as a whole: the path of appends, its queues, and what runs beside.
class ServerMetrics final : public MetricSource {
 public:
  // `service` must outlive it.
  explicit ServerMetrics(LogService& service) : service_(service) {}

  std::vector<Metric> Metrics() const override;
  void Collect(Scrape& scrape) const override;

 private:
  void CollectAppends(Scrape& scrape) const;
  void CollectMemory(Scrape& scrape) const;

  LogService& service_;
};

}  // namespace replog
