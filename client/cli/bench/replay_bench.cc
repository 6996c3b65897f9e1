// Replay of the whole log to a callback that looks at each record.
#include "client/cli/bench/bench_session.h"

namespace replog::cli {
namespace {

// One subscriber's replay.
struct Replay {
  uint64_t next = 0;
  uint64_t records = 0;
  uint64_t body_bytes = 0;
  bool contiguous = true;
  std::unique_ptr<client::Subscription> subscription;
};

void StartReplay(BenchSession& session, uint64_t i, const client::LogInfo& log, Replay& replay) {
  client::SubscriptionOptions options = session.MakeSubscriptionOptions();
  options.until_sequence = log.committed_end;
  replay.next = log.first_kept_sequence;
  options.on_record = [&replay](const client::RecordView& record) {
    replay.contiguous &= record.sequence() == replay.next;
    replay.next = record.sequence() + 1;
    replay.body_bytes += record.body().size();
    ++replay.records;
  };
  replay.subscription = std::make_unique<client::Subscription>(session.client(i), std::move(options));
}

}  // namespace

void RunReplayBench(BenchSession& session) {
  const client::LogInfo log = session.Log();
  if (log.committed_end == log.first_kept_sequence)
    throw BenchError("the log is empty: run bench append --keep first");
  std::vector<Replay> replays(session.options().subscribers);
  const auto start = BenchClock::now();
  for (size_t i = 0; i < replays.size(); ++i) StartReplay(session, i, log, replays[i]);
  uint64_t records = 0;
  uint64_t body_bytes = 0;
  for (Replay& replay : replays) {
    const client::Status status = replay.subscription->Wait();
    if (!status.ok()) throw BenchError(status);
    if (!replay.contiguous || replay.next != log.committed_end)
      throw BenchError("a record was missing or repeated");
    records += replay.records;
    body_bytes += replay.body_bytes;
  }
  const double seconds = SecondsSince(start);
  auto result = session.Result("replay");
  result["subscribers"] = replays.size();
  result["delivery"] = session.options().delivery;
  result["records"] = records;
  result["body_bytes"] = body_bytes;
  result["contiguous"] = true;
  result["seconds"] = seconds;
  result["records_per_s"] = static_cast<double>(records) / seconds;
  BenchSession::Print(result);
}

}  // namespace replog::cli
