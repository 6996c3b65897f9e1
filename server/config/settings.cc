#include "server/config/settings.h"

#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"

namespace replog {
namespace {

constexpr int64_t kMillisecond = 1'000;
constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kDay = 86'400 * kSecond;

using Settings = std::vector<Setting>;

Setting On(Reload reload, Setting setting) {
  setting.reload = reload;
  return setting;
}

Settings Listeners(ServerOptions& o) {
  return {
      AddressSetting("listen", o.listen, {}, "Where to serve gRPC; port 0 takes a free one"),
      AddressSetting("http_listen", o.http_listen, {"none"}, "Where to serve HTTP; port 0 takes a free one"),
      SwitchSetting("reflection", o.reflection, "Serve gRPC reflection, for grpcurl and the like"),
  };
}

Settings Security(ServerOptions& o) {
  return {
      SwitchSetting("insecure", o.insecure, "Allow plain text on other addresses than loopback"),
      On(Reload::kContents,
         FileSetting("tls_certificate", o.tls.certificate, "Certificate chain in PEM; turns on TLS")),
      On(Reload::kContents, FileSetting("tls_key", o.tls.key, "Its private key in PEM")),
      On(Reload::kContents,
         FileSetting("tls_client_ca", o.tls.client_ca,
                     "Authorities in PEM whose certificates clients must show (mutual TLS)")),
      On(Reload::kContents,
         FileSetting("access_file", o.access_file,
                     "Principals, their tokens as hashes and their grants; without it everybody may "
                     "do everything")),
      On(Reload::kContents,
         FileSetting("webhooks_file", o.webhooks_file, "Webhooks that are taken in, with secrets")),
  };
}

Settings Logging(ServerOptions& o) {
  return {
      On(Reload::kValue, ChoiceSetting("log_level", o.log_level, {"debug", "info", "warn", "error", "off"},
                                       "What to write to standard error")),
      On(Reload::kValue, ChoiceSetting("log_format", o.log_format, {"text", "json"}, "How to write it")),
      On(Reload::kValue, DurationSetting("slow_operation", o.slow_operation_us, kMillisecond, kDay,
                                         "An operation that takes longer is logged with its stages")),
  };
}

Settings RequestLimits(Limits& limits) {
  return {
      BytesSetting("max_record_bytes", limits.record_bytes, 1 << 10, 3 << 20, "Largest record"),
      BytesSetting("max_request_bytes", limits.request_bytes, 4 << 10, 64 << 20, "Largest append"),
      BytesSetting("max_channel_bytes", limits.channel_bytes, 1, 512, "Longest channel name"),
      BytesSetting("max_key_bytes", limits.key_bytes, 1, 4096, "Longest key"),
      BytesSetting("max_id_bytes", limits.id_bytes, 1, 1024, "Longest id of a record"),
      CountSetting("max_headers", limits.headers, 0, 1024, "Most headers of a record"),
      BytesSetting("max_header_bytes", limits.header_bytes, 0, 1 << 20,
                   "Names and values of a record's headers together"),
  };
}

Settings Memory(ServerOptions& o) {
  return {
      BytesSetting("tail_bytes", o.service.tail_bytes, 0, 16ull << 30,
                   "Newest records kept in memory, of all logs together"),
      BytesSetting("cold_read_bytes", o.service.cold_read_bytes, 1 << 20, 16ull << 30,
                   "What readers that are behind hold together"),
      BytesSetting(
          "http_body_bytes", o.http_body_bytes, 1 << 20, 16ull << 30,
          "Bodies of HTTP requests in hand together; those of webhooks may take a quarter of it more"),
      BytesSetting("cache_bytes", o.store.cache_bytes, 1 << 20, 64ull << 30, "RocksDB's block cache"),
      BytesSetting("memtable_bytes", o.store.memtable_bytes, 1 << 20, 4ull << 30,
                   "Each RocksDB memtable (up to three)"),
  };
}

Settings Storage(ServerOptions& o) {
  return {
      DirectorySetting("data", o.store.directory,
                       "The data directory; a server makes it when only it is missing"),
      BytesSetting("reserve_bytes", o.service.committer.reserve_bytes, 0, 1ull << 50,
                   "Appends stop below this much free disk"),
  };
}

Settings Time(ClockGuard::Options& clock) {
  return {
      DurationSetting("clock_max_jump", clock.max_jump_us, kSecond, kDay,
                      "When the clock jumps forward by more, nothing expires and nothing is removed by age"),
      DurationSetting("clock_settle", clock.settle_us, kSecond, 30 * kDay,
                      "... until it came back, or has run evenly for this long"),
  };
}

void Add(Settings& all, const char* group, Settings settings) {
  for (Setting& setting : settings) setting.group = group;
  std::move(settings.begin(), settings.end(), std::back_inserter(all));
}

}  // namespace

Settings SettingsOf(ServerOptions& options) {
  Settings all;
  Add(all, "Listeners", Listeners(options));
  Add(all, "Security", Security(options));
  Add(all, "Storage", Storage(options));
  Add(all, "Logging", Logging(options));
  Add(all, "Limits of requests", RequestLimits(options.service.limits));
  Add(all, "Memory", Memory(options));
  Add(all, "Time", Time(options.service.clock_guard));
  return all;
}

absl::Status CheckTogether(const ServerOptions& options) {
  if (options.listen == options.http_listen && !options.listen.ends_with(":0")) {
    return absl::InvalidArgumentError(
        absl::StrCat("listen and http_listen are both ", options.listen, "; each needs a port of its own"));
  }
  return absl::OkStatus();
}

}  // namespace replog
