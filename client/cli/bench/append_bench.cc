// Pipelined appends, until all are acknowledged.
#include <random>
#include <thread>

#include "base/mutex.h"
#include "client/cli/bench/bench_session.h"
#include "client/cli/bench/percentiles.h"

namespace replog::cli {
namespace {

// How often a record's own time to its acknowledgement is taken: often enough for a p99.9, and seldom enough
// not to be what is measured.
constexpr uint64_t kSampleEvery = 100;

struct Samples {
  Mutex mutex;
  std::vector<int64_t> ns TSA_GUARDED_BY(mutex);
};

// What a record has beside its channel and its body.
class RecordFields {
 public:
  RecordFields(const BenchOptions& options, uint64_t connection)
      : options_(options), run_(std::random_device()() + connection) {
    std::minstd_rand random(connection + 1);
    std::uniform_int_distribution<int> letter('a', 'z');
    if (options_.keys > 0) bodies_.resize(kBodiesBytes + options_.size);
    for (char& c : bodies_) c = static_cast<char>(letter(random));
  }

  // Until the next call.
  void Set(uint64_t i, client::NewRecord& record) {
    if (options_.keys > 0) SetKey(i * kStride, record);
    if (options_.ids) record.id = id_ = std::to_string(run_) + "-" + std::to_string(i);
  }

 private:
  static constexpr uint64_t kStride = 7'368'787;  // prime, so that every key gets its turn
  static constexpr size_t kBodiesBytes = 4 << 20;

  // Neighbours in time are not neighbours in the table, and each value is another one: a log of one value
  // over and over again would be compressed to nothing.
  void SetKey(uint64_t place, client::NewRecord& record) {
    record.key = key_ = "key-" + std::to_string(place % options_.keys);
    record.body = std::string_view(bodies_).substr(place % kBodiesBytes, options_.size);
  }

  const BenchOptions& options_;
  const uint64_t run_;
  std::string bodies_;
  std::string key_;
  std::string id_;
};

void AppendAll(BenchSession& session, uint64_t connection, uint64_t records, Samples& samples) {
  client::Producer producer(session.client(connection), session.MakeProducerOptions());
  const std::string body = session.Body();
  const std::string channel = "bench-" + std::to_string(connection);
  RecordFields fields(session.options(), connection);
  for (uint64_t i = 0; i < records; ++i) {
    client::Producer::Callback callback;
    if (i % kSampleEvery == 0) {
      callback = [&samples, start = BenchClock::now()](const client::AppendOutcome&) {
        const auto time = BenchClock::now() - start;
        MutexLock lock(samples.mutex);
        samples.ns.push_back(time.count());
      };
    }
    client::NewRecord record{.channel = channel, .body = body, .headers = {}};
    fields.Set(i, record);
    const client::Status status = producer.Append(record, std::move(callback));
    if (!status.ok()) break;  // Flush has the first failure
  }
  const client::Status status = producer.Flush();
  if (!status.ok()) throw BenchError(status);
}

}  // namespace

void RunAppendBench(BenchSession& session) {
  const BenchOptions& options = session.options();
  Samples samples;
  std::exception_ptr error;
  Mutex error_mutex;
  const auto start = BenchClock::now();
  std::vector<std::thread> threads;
  for (uint64_t i = 0; i < options.connections; ++i) {
    threads.emplace_back([&, i] {
      try {
        AppendAll(session, i, options.records / options.connections, samples);
      } catch (...) {
        MutexLock lock(error_mutex);
        error = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds = SecondsSince(start);
  if (error) std::rethrow_exception(error);
  const uint64_t records = options.records / options.connections * options.connections;
  auto result = session.Result("append");
  result["batch_bytes"] = options.batch_bytes;
  result["window_bytes"] = options.window_bytes;
  result["keys"] = options.keys;
  result["ids"] = options.ids;
  result["stamps"] = !options.plain;
  result["records"] = records;
  result["seconds"] = seconds;
  result["records_per_s"] = static_cast<double>(records) / seconds;
  MutexLock lock(samples.mutex);
  result["acknowledged_after_us"] = PercentilesUs(samples.ns);
  BenchSession::Print(result);
}

}  // namespace replog::cli
