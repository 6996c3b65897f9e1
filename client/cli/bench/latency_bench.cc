// Records appended at a steady rate: the time from Append to each subscriber's callback, by a time in the
// body.
#include <cstring>
#include <thread>

#include "client/cli/bench/percentiles.h"
#include "client/cli/bench/subscribers.h"

namespace replog::cli {
namespace {

int64_t NowNs() { return BenchClock::now().time_since_epoch().count(); }

// Appends at the rate; a late record does not delay those after it.
void AppendSteadily(BenchSession& session, client::Producer& producer) {
  const BenchOptions& options = session.options();
  std::string body = session.Body();
  body.resize(std::max(body.size(), sizeof(int64_t)));
  const std::chrono::nanoseconds interval(1'000'000'000 / options.rate);
  const auto start = BenchClock::now();
  for (uint64_t i = 0; i < options.records; ++i) {
    std::this_thread::sleep_until(start + interval * i);
    const int64_t now = NowNs();
    std::memcpy(body.data(), &now, sizeof(now));
    const client::Status status = producer.Append(
        {.channel = "bench", .body = body, .body_kind = client::BodyKind::kPayload, .headers = {}});
    if (!status.ok()) throw BenchError(status);
  }
}

}  // namespace

void RunLatencyBench(BenchSession& session) {
  const BenchOptions& options = session.options();
  std::vector<std::vector<int64_t>> samples(options.subscribers);
  for (auto& of_one : samples) of_one.reserve(options.records);
  Subscribers subscribers(session, options.records, [&samples](size_t i, const client::RecordView& record) {
    int64_t sent;
    std::memcpy(&sent, record.body().data(), sizeof(sent));
    samples[i].push_back(NowNs() - sent);
  });
  subscribers.WaitReady();
  const auto start = BenchClock::now();
  {
    client::Producer producer(session.client(0), session.MakeProducerOptions());
    AppendSteadily(session, producer);
    const client::Status status = producer.Flush();
    if (!status.ok()) throw BenchError(status);
  }
  subscribers.WaitDone();
  std::vector<int64_t> all;
  for (const auto& of_one : samples) all.insert(all.end(), of_one.begin(), of_one.end());
  auto result = session.Result("latency");
  result["subscribers"] = options.subscribers;
  result["rate_per_s"] = options.rate;
  result["records"] = options.records;
  result["deliveries"] = all.size();
  result["seconds"] = SecondsSince(start);
  result["delivered_after_us"] = PercentilesUs(std::move(all));
  BenchSession::Print(result);
}

}  // namespace replog::cli
