#include "server/main/options.h"

#include <map>

namespace replog {
namespace {

// A number of bytes, with a unit if one likes (64MiB), within a range that the help shows.
void AddBytes(CLI::App& app, const std::string& flag, size_t& value, const std::string& help, size_t low,
              size_t high) {
  app.add_option(flag, value, help + " [" + std::to_string(low) + " to " + std::to_string(high) + "]")
      ->transform(CLI::AsSizeValue(false))
      ->check(CLI::Range(low, high))
      ->capture_default_str()
      ->group("Limits and memory");
}

// A duration with its unit (90s, 2h), kept in microseconds, from one second to `days`.
void AddDuration(CLI::App& app, const std::string& flag, int64_t& value_us, const std::string& help,
                 int days) {
  constexpr int64_t kSecond = 1'000'000;
  constexpr int64_t kDay = 86'400 * kSecond;
  const std::map<std::string, int64_t> units{
      {"s", kSecond}, {"m", 60 * kSecond}, {"h", 3'600 * kSecond}, {"d", kDay}};
  const std::string range = "1s to " + std::to_string(days) + "d";
  const auto in_range = [=](const std::string& us) {
    const int64_t given = std::stoll(us);
    return given >= kSecond && given <= days * kDay ? std::string() : "must be from " + range;
  };
  app.add_option(flag, value_us, help + " [" + range + "]")
      ->transform(CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::UNIT_REQUIRED, "DURATION"))
      ->check(in_range)
      ->default_str(std::to_string(value_us / kSecond) + "s")
      ->group("Time");
}

}  // namespace

void AddDataFlag(CLI::App& app, ServerOptions& options) {
  app.add_option("--data", options.store.directory,
                 "The data directory; a server makes it when only it is missing")
      ->capture_default_str();
}

void AddServeFlags(CLI::App& app, ServerOptions& options) {
  AddDataFlag(app, options);
  app.add_option("--listen", options.listen, "host:port to serve gRPC on; port 0 takes a free one")
      ->capture_default_str();
  app.add_option("--log-level", options.log_level, "What to write to standard error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error", "off"}))
      ->capture_default_str();
  app.add_option("--tls-certificate", options.tls.certificate,
                 "PEM file: the server's certificate, then its authorities'; serves TLS");
  app.add_option("--tls-key", options.tls.key, "PEM file: the certificate's key, without a passphrase");
  app.add_option("--tls-client-ca", options.tls.client_ca,
                 "PEM file: clients must show a certificate that one of these authorities signed");
  app.add_flag("--insecure", options.insecure, "Serve plain text on other addresses than loopback too");
  Limits& limits = options.service.limits;
  AddBytes(app, "--max-record-bytes", limits.record_bytes, "Largest record", 1 << 10, 3 << 20);
  AddBytes(app, "--max-request-bytes", limits.request_bytes, "Largest append", 4 << 10, 64 << 20);
  AddBytes(app, "--max-channel-bytes", limits.channel_bytes, "Longest channel name", 1, 512);
  AddBytes(app, "--max-key-bytes", limits.key_bytes, "Longest key", 1, 4096);
  AddBytes(app, "--max-id-bytes", limits.id_bytes, "Longest id of a record", 1, 1024);
  AddBytes(app, "--max-headers", limits.headers, "Most headers of a record", 0, 1024);
  AddBytes(app, "--max-header-bytes", limits.header_bytes, "Names and values of a record's headers", 0,
           1 << 20);
  AddBytes(app, "--tail-bytes", options.service.tail_bytes,
           "Newest records kept in memory, of all logs together", 0, 16ull << 30);
  AddBytes(app, "--cold-read-bytes", options.service.cold_read_bytes,
           "What readers that are behind hold together", 1 << 20, 16ull << 30);
  AddBytes(app, "--cache-bytes", options.store.cache_bytes, "RocksDB's block cache", 1 << 20, 64ull << 30);
  AddBytes(app, "--memtable-bytes", options.store.memtable_bytes, "Each RocksDB memtable (up to three)",
           1 << 20, 4ull << 30);
  AddBytes(app, "--reserve-bytes", options.service.committer.reserve_bytes,
           "Appends stop below this much free disk", 0, 1ull << 50);
  ClockGuard::Options& clock = options.service.clock_guard;
  AddDuration(app, "--clock-max-jump", clock.max_jump_us,
              "When the clock jumps forward by more, nothing expires and nothing is removed by age", 1);
  AddDuration(app, "--clock-settle", clock.settle_us,
              "... until it came back, or has run evenly for this long", 30);
}

}  // namespace replog
