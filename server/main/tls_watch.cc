#include "server/main/tls_watch.h"

#include <spdlog/spdlog.h>

#include "server/main/every.h"

namespace replog {
namespace {

constexpr int64_t kLookIntervalUs = 2'000'000;

void LogNews(TlsNews news, const std::string& text) {
  switch (news) {
    case TlsNews::kLoaded:
      return spdlog::info("TLS certificate for new connections: {}", text);
    case TlsNews::kRefused:
      return spdlog::error("TLS files are not taken up: {}", text);
    case TlsNews::kExpiring:
      return spdlog::warn("{}", text);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<TlsKeeper>> OpenTls(const TlsFiles& files) {
  if (!files.on()) return nullptr;
  return TlsKeeper::Open(files, SystemClock(), LogNews);
}

TlsSource SourceOf(const TlsKeeper* keeper) {
  if (keeper == nullptr) return nullptr;
  return [keeper] { return keeper->Current(); };
}

std::function<int64_t()> CertificateEnd(const TlsKeeper* keeper) {
  if (keeper == nullptr) return nullptr;
  return [keeper] { return keeper->Current()->expires_us; };
}

std::shared_ptr<Timed> WatchTls(TimerQueue& timers, Clock& clock, TlsKeeper* keeper) {
  if (keeper == nullptr) return nullptr;
  return Every(kLookIntervalUs, timers, clock, [keeper] { keeper->Look(); });
}

}  // namespace replog
