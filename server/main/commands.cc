#include "server/main/commands.h"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "server/http/api_server.h"
#include "server/logging/logging.h"
#include "server/logging/operation_log.h"
#include "server/main/access.h"
#include "server/main/check_files.h"
#include "server/main/configure.h"
#include "server/main/file_limit.h"
#include "server/main/file_watch.h"
#include "server/main/health.h"
#include "server/main/history_watch.h"
#include "server/main/listeners.h"
#include "server/main/log_lines.h"
#include "server/main/reloader.h"
#include "server/main/signals.h"
#include "server/main/tls_watch.h"
#include "server/metrics/metrics_page.h"
#include "server/rpc/rpc_server.h"
#include "storage/rocks/rocks_store.h"

namespace replog {
namespace {

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "replogd: %s\n", std::string(status.message()).c_str());
  return 1;
}

void ReportProblems(const std::string& log, const VerifyProgress& progress) {
  std::printf("log %s: %llu chunks, %llu records, %llu bytes, %llu problems\n", log.c_str(),
              static_cast<unsigned long long>(progress.chunks),
              static_cast<unsigned long long>(progress.records),
              static_cast<unsigned long long>(progress.bytes),
              static_cast<unsigned long long>(progress.problem_count));
  for (const VerifyProblem& problem : progress.problems) {
    std::printf("  sequences %llu to %llu: %s %s\n", static_cast<unsigned long long>(problem.first),
                static_cast<unsigned long long>(problem.end - 1), problem.description.c_str(),
                problem.channel.c_str());
  }
}

void ReloadWebhooks(WebhookSet& webhooks, const std::string& path) {
  if (const auto status = webhooks.Load(path); !status.ok())  // it changed since it was judged good
    spdlog::error("webhooks stay as they were: {}", std::string(status.message()));
}

// What HTTP has of the settings alone.
ApiServer::Options HttpOptions(const ServerOptions& options, TlsKeeper* tls) {
  ApiServer::Options http;
  http.listen = options.http_listen;
  if (tls != nullptr) http.tls = [tls] { return tls->Current()->context; };
  http.body_bytes = options.http_body_bytes;
  http.audit = LogAdminActions();
  http.facts = {.tls = tls != nullptr,
                .access_control = !options.access_file.empty(),
                .started_us = SystemClock().WallMicros()};
  return http;
}

// Null when HTTP is off.
absl::StatusOr<std::unique_ptr<ApiServer>> StartHttp(LogService& service, AccessControl& access,
                                                     const ApiServer::Options& options) {
  if (options.listen == "none") return nullptr;
  auto server = ApiServer::Start(service, access, options);
  if (!server.ok())
    return absl::Status(server.status().code(), absl::StrCat("HTTP: ", server.status().message()));
  return server;
}

// For programs that have started it, and for people.
void PrintAddresses(const std::string& grpc, const ApiServer* http, bool tls) {
  std::printf("listening %s\n", grpc.c_str());
  if (http != nullptr) {
    std::printf("http %s\n", http->address().c_str());
    std::printf("console %s://%s/\n", tls ? "https" : "http", http->address().c_str());
  }
  std::fflush(stdout);
}

}  // namespace

int Serve(const CommandLine& line, const Configuration& configuration) {
  const ServerOptions& options = configuration.options;
  const Signals signals;
  Logging logging({.level = options.log_level, .format = options.log_format});
  LogOfGrpc();
  RaiseFileLimit();
  for (const std::string& warning : configuration.warnings) spdlog::warn("{}", warning);
  WarnOfListeners(options);
  const auto tls = OpenTls(options.tls);
  if (!tls.ok()) return Fail(tls.status());
  const auto store = RocksStore::Open(options.store);
  if (!store.ok()) return Fail(store.status());
  LogService::Options service_options = options.service;
  service_options.on_alarm = LogAlarm;
  OperationLog operations(SystemClock(), options.slow_operation_us);
  service_options.calls = &operations;
  service_options.committer.on_group = [&](const GroupReport& group) { operations.OnGroup(group); };
  History history;
  const auto service = LogService::Open(service_options, **store, SystemClock());
  if (!service.ok()) return Fail(service.status());
  // Before the files are read, so that no change is missed. As if somebody had sent the signal: all that is
  // read anew is read in one place.
  const auto changes =
      WatchFiles((*service)->timers(), SystemClock(), {options.access_file, options.webhooks_file},
                 [] { ::kill(::getpid(), SIGHUP); });
  WebhookSet webhooks;
  if (const auto status = webhooks.Load(options.webhooks_file); !status.ok()) return Fail(status);
  const auto access = AccessControl::Open(options.access_file, SystemClock());
  if (!access.ok()) return Fail(access.status());
  const auto server = RpcServer::Start(**service, **access,
                                       {.address = options.listen,
                                        .tls = SourceOf(tls->get()),
                                        .reflection = options.reflection,
                                        .audit = LogAdminActions(),
                                        .on_ended = LogEndedConnections(SystemClock())});
  if (!server.ok()) return Fail(server.status());
  CallCounters http_calls;
  const MetricsPage metrics(**service,
                            {.http = &http_calls, .certificate_end_us = CertificateEnd(tls->get())});
  ApiServer::Options http_options = HttpOptions(options, tls->get());
  http_options.metrics = [&metrics] { return metrics.Text(); };
  http_options.webhooks = &webhooks;
  http_options.calls = &http_calls;
  http_options.history = &history;
  http_options.facts.grpc_address = (*server)->address();
  auto http = StartHttp(**service, **access, http_options);
  if (!http.ok()) return Fail(http.status());
  const auto expiry = WatchExpiry((*service)->timers(), SystemClock(), **access);
  const auto watch = WatchTls((*service)->timers(), SystemClock(), tls->get());
  const auto looks = WatchHistory(**service, history);
  spdlog::info("serving gRPC on {}{}, data in {}", (*server)->address(), options.tls.on() ? " with TLS" : "",
               options.store.directory);
  if (*http != nullptr)
    spdlog::info("serving HTTP on {}{}", (*http)->address(), options.tls.on() ? " with TLS" : "");
  for (const LogPtr& log : (*service)->logs().All()) {
    spdlog::info("log {}: sequences {} to {}, epoch {}", log->name(), log->tail().first_kept(),
                 log->tail().committed_end(), log->epoch());
  }
  PrintAddresses((*server)->address(), http->get(), options.tls.on());
  Reloader reloader(
      configuration, [&line] { return Usable(Configure(line)); }, CheckFiles);
  reloader.Add([&](const ServerOptions& now) {
    logging.Set(now.log_level, now.log_format);
    operations.SetSlow(now.slow_operation_us);
  });
  if (*tls != nullptr) reloader.Add([&](const ServerOptions&) { (*tls)->Reload(); });
  reloader.AddByItself([&](const ServerOptions&) { ReloadAccess(**access); });
  reloader.AddByItself([&](const ServerOptions& now) { ReloadWebhooks(webhooks, now.webhooks_file); });
  const int signal =
      signals.AwaitStop({.on_hangup = [&] { reloader.Reload(); }, .on_user = [&] { logging.ToggleDebug(); }});
  spdlog::info("stopping on {}", strsignal(signal));
  if (*http != nullptr) (*http)->StopSoon();
  (*server)->Stop();
  if (*http != nullptr) (*http)->Stop();
  // What requests have begun still answers to them.
  (*service)->StopWork();
  spdlog::info("stopped");
  return 0;
}

int VerifyOffline(const ServerOptions& options) {
  const auto store = RocksStore::OpenReadOnly(options.store);
  if (!store.ok()) return Fail(store.status());
  uint64_t problems = 0;
  for (const StoredLog& log : (*store)->Logs()) {
    const auto status =
        (*store)->Verify(log.descriptor.number, log.first_kept, log.end, [&](const VerifyProgress& progress) {
          if (progress.done) ReportProblems(log.descriptor.name, progress);
          problems += progress.done ? progress.problem_count : 0;
          return true;
        });
    if (!status.ok()) return Fail(status);
  }
  return problems == 0 ? 0 : 1;
}

int CheckHealth(const ServerOptions& options, const HealthOptions& health) {
  const auto status = AskHealth(options.listen, options.tls, health.identity,
                                health.alive ? HealthGoal::kAlive : HealthGoal::kServing);
  return status.ok() ? 0 : Fail(status);
}

}  // namespace replog
