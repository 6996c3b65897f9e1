#include "client/cli/bench/bench_session.h"

#include <algorithm>
#include <random>

#include "client/cli/output.h"

namespace replog::cli {

using client::Durability;

BenchSession::BenchSession(const Session& session, const BenchOptions& options) : options_(options) {
  client::ClientOptions client_options = session.client_options;
  client_options.log = options_.log;
  client_options.own_connections = true;
  for (uint64_t i = 0; i < std::max<uint64_t>(options_.connections, 1); ++i)
    clients_.emplace_back(client_options);
  client::LogSettings settings;
  settings.durability = options_.durability == "os" ? Durability::kOs : Durability::kSync;
  const auto created = client(0).CreateLog(options_.log, settings);
  if (!created.ok() && created.status().code() != client::StatusCode::kAlreadyExists)
    throw BenchError(created.status());
}

BenchSession::~BenchSession() {
  if (options_.keep) return;
  const client::Status status = client(0).DeleteLog(options_.log);
  if (!status.ok()) std::fprintf(stderr, "replog: the bench's log is left: %s\n", status.ToString().c_str());
}

client::ProducerOptions BenchSession::MakeProducerOptions() const {
  client::ProducerOptions options;
  options.linger = std::chrono::microseconds(options_.linger_us);
  options.max_batch_records = options_.batch_records;
  options.max_batch_bytes = options_.batch_bytes;
  options.window_bytes = options_.window_bytes;
  options.stop_at_failure = true;
  options.idempotent = !options_.plain;
  return options;
}

client::SubscriptionOptions BenchSession::MakeSubscriptionOptions() const {
  client::SubscriptionOptions options;
  options.max_frame_bytes = static_cast<uint32_t>(options_.frame_bytes);
  options.delivery =
      options_.delivery == "own" ? client::DeliveryThread::kOwn : client::DeliveryThread::kShared;
  return options;
}

client::LogInfo BenchSession::Log() {
  auto log = client(0).GetLog();
  if (!log.ok()) throw BenchError(log.status());
  return *log;
}

std::string BenchSession::Body() const {
  std::mt19937_64 random(options_.size);  // the same at each run
  std::uniform_int_distribution<int> letter('a', 'z');
  std::string body(options_.size, ' ');
  for (char& c : body) c = static_cast<char>(letter(random));
  return body;
}

nlohmann::ordered_json BenchSession::Result(const char* name) const {
  return {{"bench", name},
          {"record_bytes", options_.size},
          {"durability", options_.durability},
          {"connections", clients_.size()}};
}

void BenchSession::Print(const nlohmann::ordered_json& result) {
  Output output;
  output.buffer() = result.dump() + "\n";
  output.Flush();
}

}  // namespace replog::cli
