// Records appended at full speed, delivered to many subscribers.
#include "client/cli/bench/subscribers.h"

namespace replog::cli {

void RunFanoutBench(BenchSession& session) {
  const BenchOptions& options = session.options();
  Subscribers subscribers(session, options.records, [](size_t, const client::RecordView&) {});
  subscribers.WaitReady();
  const std::string body = session.Body();
  const auto start = BenchClock::now();
  client::Producer producer(session.client(0), session.MakeProducerOptions());
  for (uint64_t i = 0; i < options.records; ++i) {
    const client::Status status = producer.Append({.channel = "bench", .body = body, .headers = {}});
    if (!status.ok()) throw BenchError(status);
  }
  const client::Status status = producer.Flush();
  if (!status.ok()) throw BenchError(status);
  subscribers.WaitDone();
  const double seconds = SecondsSince(start);
  const uint64_t deliveries = options.records * options.subscribers;
  auto result = session.Result("fanout");
  result["subscribers"] = options.subscribers;
  result["records"] = options.records;
  result["deliveries"] = deliveries;
  result["seconds"] = seconds;
  result["deliveries_per_s"] = static_cast<double>(deliveries) / seconds;
  BenchSession::Print(result);
}

}  // namespace replog::cli
