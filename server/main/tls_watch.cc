#include "server/main/tls_watch.h"

#include <spdlog/spdlog.h>

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

class Watch final : public Timed {
 public:
  explicit Watch(TlsKeeper& keeper) : keeper_(keeper) {}
  int64_t OnTime(int64_t now_us) override {
    keeper_.Look();
    return now_us + kLookIntervalUs;
  }

 private:
  TlsKeeper& keeper_;
};

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
  auto watch = std::make_shared<Watch>(*keeper);
  timers.Schedule(clock.MonotonicMicros() + kLookIntervalUs, watch);
  return watch;
}

}  // namespace replog
