#include "server/metrics/server_metrics.h"

#include <array>

#include "server/metrics/scrape.h"

namespace replog {
namespace {

// What is read once for all rows.
struct View {
  LogService& service;
  AppendQueue::Depth queue;
  LeaseTable::Totals leases;
};

constexpr MetricRow<View> kRows[] = {
    {{"replog_ready", MetricType::Gauge, "",
      "Whether appends and reads can work now; 0 while the store is being recovered after a failed write."},
     [](const View& view) { return view.service.healthy() ? 1.0 : 0.0; }},
    {{"replog_failed_writes_total", MetricType::Counter, "",
      "Writes or syncs of the store that failed: the fate of what was under way is unknown."},
     [](const View& view) { return double(view.service.committer().counters().failed_writes.value()); }},
    {{"replog_store_recoveries_total", MetricType::Counter, "",
      "How often the store was recovered after a failed write."},
     [](const View& view) { return double(view.service.committer().counters().recoveries.value()); }},
    {{"replog_append_queue_appends", MetricType::Gauge, "", "Appends that wait for the committer."},
     [](const View& view) { return double(view.queue.appends); }},
    {{"replog_append_queue_records", MetricType::Gauge, "", "Records of the appends that wait."},
     [](const View& view) { return double(view.queue.records); }},
    {{"replog_append_queue_bytes", MetricType::Gauge, "", "Memory of the appends that wait."},
     [](const View& view) { return double(view.queue.bytes); }},
    {{"replog_append_queue_limit_bytes", MetricType::Gauge, "",
      "At this many bytes of all logs nothing more is taken."},
     [](const View& view) { return double(view.service.options().committer.queue.max_bytes); }},
    {{"replog_append_queue_log_limit_bytes", MetricType::Gauge, "",
      "At this many bytes of one log nothing more of it is taken."},
     [](const View& view) { return double(view.service.options().committer.queue.max_log_bytes); }},
    {{"replog_append_queue_full_total", MetricType::Counter, "",
      "How often an append found its queue full: on a stream it waits, a single one is refused as BUSY."},
     [](const View& view) { return double(view.service.appends().times_full().value()); }},
    {{"replog_subscriptions", MetricType::Gauge, "", "Open subscriptions of all logs."},
     [](const View& view) { return double(view.service.subscribers()); }},
    {{"replog_cold_reads_waiting", MetricType::Gauge, "",
      "Subscriptions that are behind the tail and wait for a read of the store."},
     [](const View& view) { return double(view.service.cold_reader().load().waiting); }},
    {{"replog_disk_free_bytes", MetricType::Gauge, "", "Free space of the data directory's file system."},
     [](const View& view) { return double(view.service.store().FreeBytes()); }},
    {{"replog_disk_reserve_bytes", MetricType::Gauge, "", "Below this much free space appends stop."},
     [](const View& view) { return double(view.service.options().committer.reserve_bytes); }},
    {{"replog_disk_full", MetricType::Gauge, "",
      "Whether the last append found less free space than the reserve, and was refused."},
     [](const View& view) { return view.service.committer().disk_full() ? 1.0 : 0.0; }},
    {{"replog_leases_held", MetricType::Gauge, "", "Leases that somebody holds."},
     [](const View& view) { return double(view.leases.held); }},
    {{"replog_leases_waiting", MetricType::Gauge, "", "Requests that wait for a lease."},
     [](const View& view) { return double(view.leases.waiting); }},
    {{"replog_expired_total", MetricType::Counter, "",
      "Values of keys that ended because their time was over."},
     [](const View& view) { return double(view.service.expirer().expired().value()); }},
    {{"replog_barriers_waiting", MetricType::Gauge, "", "Sync barriers that wait for nodes."},
     [](const View& view) { return double(view.service.barriers().waiting()); }},
    {{"replog_barriers_broken_off_total", MetricType::Counter, "",
      "Sync barriers without an outcome: the caller left, the log was deleted or the server stopped."},
     [](const View& view) { return double(view.service.barriers().counters().broken_off.value()); }},
    {{"replog_audits_failed_total", MetricType::Counter, "", "Audits that ended without a report."},
     [](const View& view) { return double(view.service.audits().counters().failed.value()); }},
};

// Stages of an append, and all of them.
constexpr Metric kAppend{
    "replog_append_duration_seconds", MetricType::Histogram, "",
    "From when the oldest append of a group came until the group was answered; counted for each append."};
constexpr Metric kStage{
    "replog_append_stage_duration_seconds", MetricType::Histogram, "stage",
    "The same by stage: `queue`, the wait of the group's oldest append; `encode`, with judging conditions; "
    "`write`, with the sync; `publish`, waking readers and answering."};
struct StageRow {
  std::string_view stage;
  const Histogram CommitCounters::*histogram;
};
constexpr StageRow kStages[] = {{"queue", &CommitCounters::queue_us},
                                {"encode", &CommitCounters::encode_us},
                                {"write", &CommitCounters::write_us},
                                {"publish", &CommitCounters::publish_us}};

// Groups.
constexpr Metric kGroupAppends{"replog_group_appends", MetricType::Histogram, "",
                               "Appends that were written, and synced, together."};
constexpr Metric kGroupRecords{"replog_group_records", MetricType::Histogram, "", "Records of such a group."};
constexpr Metric kGroupBytes{"replog_group_bytes", MetricType::Histogram, "",
                             "Bytes of the records of such a group."};

constexpr Metric kBarriers{
    "replog_barrier_duration_seconds", MetricType::Histogram, "outcome",
    "How long sync barriers took, by outcome: `synced`, `partially_synced`, `not_synced`, `timeout`."};
constexpr std::array<std::string_view, 4> kOutcomes = {"synced", "partially_synced", "not_synced",
                                                       "timeout"};  // SyncOutcome
constexpr Metric kAudited{"replog_audited_nodes_total", MetricType::Counter, "outcome",
                          "Nodes whose table was compared with the log's: `same`, `diverged`, `no_answer`."};
constexpr std::array<std::string_view, 3> kAuditOutcomes = {"same", "diverged",
                                                            "no_answer"};  // NodeAudit::Outcome
constexpr Metric kExecutors{
    "replog_executor_queued", MetricType::Gauge, "executor",
    "Pieces of work that wait for a thread: `blocking` reads the store, `wakeups` wakes readers."};
constexpr Metric kAlarms{"replog_alarm", MetricType::Gauge, "alarm",
                         "1 while the alarm is raised: something stands still that should go on, and the "
                         "server's log says what. Absent otherwise."};

}  // namespace

std::vector<Metric> ServerMetrics::Metrics() const {
  std::vector<Metric> metrics;
  AppendMetrics(kRows, metrics);
  for (const Metric& metric : {kAppend, kStage, kGroupAppends, kGroupRecords, kGroupBytes, kBarriers,
                               kAudited, kExecutors, kAlarms, kMemory})
    metrics.push_back(metric);
  return metrics;
}

void ServerMetrics::Collect(Scrape& scrape) const {
  AddRows(kRows, View{service_, service_.appends().depth(), service_.leases().totals()}, scrape);
  CollectAppends(scrape);
  CollectMemory(scrape);
  const SyncCounters& barriers = service_.barriers().counters();
  for (size_t i = 0; i < kOutcomes.size(); ++i)
    scrape.Add(kBarriers, barriers.ended_us[i].Read(), kMicrosPerSecond, {kOutcomes[i]});
  const AuditCounters& audits = service_.audits().counters();
  for (size_t i = 0; i < kAuditOutcomes.size(); ++i)
    scrape.Add(kAudited, double(audits.nodes[i].value()), {kAuditOutcomes[i]});
  scrape.Add(kExecutors, double(service_.blocking_queued()), {"blocking"});
  scrape.Add(kExecutors, double(service_.wakeups_queued()), {"wakeups"});
  for (const auto& [name, text] : service_.alarms().Active()) scrape.Add(kAlarms, 1, {name});
}

void ServerMetrics::CollectAppends(Scrape& scrape) const {
  const CommitCounters& counters = service_.committer().counters();
  scrape.Add(kAppend, counters.total_us.Read(), kMicrosPerSecond);
  for (const StageRow& row : kStages)
    scrape.Add(kStage, (counters.*row.histogram).Read(), kMicrosPerSecond, {row.stage});
  scrape.Add(kGroupAppends, counters.group_appends.Read(), 1);
  scrape.Add(kGroupRecords, counters.group_records.Read(), 1);
  scrape.Add(kGroupBytes, counters.group_bytes.Read(), 1);
}

void ServerMetrics::CollectMemory(Scrape& scrape) const {
  size_t tails = 0;
  for (const LogPtr& log : service_.logs().All()) tails += log->tail().memory_bytes();
  scrape.Add(kMemory, double(tails), {"tail"});
  scrape.Add(kMemory, double(service_.cold_reader().load().recent_bytes), {"cold_reads"});
  scrape.Add(kMemory, double(service_.appends().depth().bytes), {"append_queue"});
}

}  // namespace replog
