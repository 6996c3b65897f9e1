#include "server/metrics/log_metrics.h"

#include <algorithm>

#include "server/metrics/scrape.h"

namespace replog {
namespace {

constexpr MetricRow<Log> kRows[] = {
    {{"replog_log_appends_total", MetricType::Counter, "log", "Appends that were acknowledged."},
     [](const Log& log) { return double(log.counters.appends.value()); }},
    {{"replog_log_records_appended_total", MetricType::Counter, "log", "Records that were written."},
     [](const Log& log) { return double(log.counters.records.value()); }},
    {{"replog_log_appended_bytes_total", MetricType::Counter, "log",
      "Bytes of the records that were written, as they are stored before compression."},
     [](const Log& log) { return double(log.counters.bytes.value()); }},
    {{"replog_log_frames_sent_total", MetricType::Counter, "log",
      "Frames that were given to the transport for subscribers."},
     [](const Log& log) { return double(log.counters.frames_sent.value()); }},
    {{"replog_log_records_sent_total", MetricType::Counter, "log",
      "Records in those frames; one record counts for each subscriber."},
     [](const Log& log) { return double(log.counters.records_sent.value()); }},
    {{"replog_log_sent_bytes_total", MetricType::Counter, "log", "Bytes of the records in those frames."},
     [](const Log& log) { return double(log.counters.bytes_sent.value()); }},
    {{"replog_log_records_removed_total", MetricType::Counter, "log",
      "Records that retention or a trim removed."},
     [](const Log& log) { return double(log.counters.records_removed.value()); }},
    {{"replog_log_end_sequence", MetricType::Gauge, "log",
      "The sequence that the next record gets: everything before it is committed."},
     [](const Log& log) { return double(log.tail().committed_end()); }},
    {{"replog_log_first_kept_sequence", MetricType::Gauge, "log", "The first sequence that was not removed."},
     [](const Log& log) { return double(log.tail().first_kept()); }},
    {{"replog_log_last_append_timestamp_seconds", MetricType::Gauge, "log",
      "The time of the newest record, since 1970; 0: there was none yet."},
     [](const Log& log) { return double(log.last_time_us) / kMicrosPerSecond; }},
    {{"replog_log_subscriptions", MetricType::Gauge, "log", "Open subscriptions."},
     [](const Log& log) { return double(log.subscribers); }},
    {{"replog_log_tail_bytes", MetricType::Gauge, "log", "Memory of the newest records."},
     [](const Log& log) { return double(log.tail().memory_bytes()); }},
    {{"replog_log_epoch", MetricType::Gauge, "log",
      "The log's epoch; a new one begins at every start and every recovery of the store."},
     [](const Log& log) { return double(log.epoch()); }},
};

constexpr Metric kNotWritten{"replog_log_records_not_written_total", MetricType::Counter, "log,why",
                             "Records of acknowledged appends that were not written: `duplicate`, they were "
                             "before; `stale`, their key "
                             "has a newer version."};
constexpr Metric kInfo{
    "replog_log_info", MetricType::Gauge, "log,uuid,durability",
    "Always 1. Durability: `sync`, an append is on disk when it is acknowledged; `os`, with the operating "
    "system."};
constexpr Metric kLogs{"replog_logs", MetricType::Gauge, "", "Logs, the product's own among them."};
constexpr Metric kLeftOut{"replog_logs_left_out", MetricType::Gauge, "",
                          "Logs that have no series of their own, because there are too many."};

}  // namespace

std::vector<Metric> LogMetrics::Metrics() const {
  std::vector<Metric> metrics{kLogs, kLeftOut, kInfo};
  AppendMetrics(kRows, metrics);
  metrics.push_back(kNotWritten);
  return metrics;
}

void LogMetrics::Collect(Scrape& scrape) const {
  std::vector<LogPtr> logs = logs_.All();
  scrape.Add(kLogs, double(logs.size()));
  scrape.Add(kLeftOut, double(logs.size() - std::min(logs.size(), max_logs_)));
  if (logs.size() > max_logs_) logs.resize(max_logs_);
  for (const LogPtr& log : logs) {
    const LogDescriptor descriptor = log->descriptor();
    const bool sync = descriptor.settings.durability == Durability::kSync;
    scrape.Add(kInfo, 1, {log->name(), log->uuid(), sync ? "sync" : "os"});
    AddRows(kRows, *log, scrape, {log->name()});
    scrape.Add(kNotWritten, double(log->counters.duplicates.value()), {log->name(), "duplicate"});
    scrape.Add(kNotWritten, double(log->counters.stale.value()), {log->name(), "stale"});
  }
}

}  // namespace replog
