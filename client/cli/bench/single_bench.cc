// One append at a time: the next is sent when the one before is acknowledged.
#include "client/cli/bench/bench_session.h"
#include "client/cli/bench/percentiles.h"

namespace replog::cli {
namespace {

void AppendOne(client::Client& client, client::Producer& producer, bool unary,
               const client::NewRecord& record) {
  const client::Status status =
      unary ? client.Append({&record, 1}).status() : producer.AppendAsync(record).get().status;
  if (!status.ok()) throw BenchError(status);
}

}  // namespace

void RunSingleBench(BenchSession& session) {
  const BenchOptions& options = session.options();
  const std::string body = session.Body();
  const client::NewRecord record{.channel = "bench", .body = body, .headers = {}};
  client::Producer producer(session.client(0), session.MakeProducerOptions());
  AppendOne(session.client(0), producer, options.unary, record);  // the connection is not what is measured
  std::vector<int64_t> samples;
  samples.reserve(options.records);
  const auto start = BenchClock::now();
  for (uint64_t i = 0; i < options.records; ++i) {
    const auto sent = BenchClock::now();
    AppendOne(session.client(0), producer, options.unary, record);
    samples.push_back((BenchClock::now() - sent).count());
  }
  const double seconds = SecondsSince(start);
  auto result = session.Result("single");
  result["call"] = options.unary ? "Append" : "AppendStream";
  result["records"] = options.records;
  result["seconds"] = seconds;
  result["records_per_s"] = static_cast<double>(options.records) / seconds;
  result["acknowledged_after_us"] = PercentilesUs(std::move(samples));
  BenchSession::Print(result);
}

}  // namespace replog::cli
