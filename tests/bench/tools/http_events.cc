#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "tests/bench/tools/commands.h"
#include "tests/bench/tools/http_socket.h"

namespace replog::bench {
namespace {

constexpr std::string_view kText = "\"text\":\"";
constexpr std::string_view kCaughtUp = "event: caught_up";

int64_t NowNs() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

// Readers of one channel's events, on one thread.
class EventReaders {
 public:
  EventReaders(const std::string& server, uint64_t count) : epoll_(::epoll_create1(0)) {
    const std::string request = "GET /messages/bench/events?from=end HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for (uint64_t i = 0; i < count; ++i) {
      sockets_.push_back(std::make_unique<HttpSocket>(server));
      sockets_.back()->Send(request);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.fd = sockets_.back()->descriptor();
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, event.data.fd, &event);
    }
  }
  ~EventReaders() { ::close(epoll_); }
  EventReaders(const EventReaders&) = delete;
  EventReaders& operator=(const EventReaders&) = delete;

  void WaitUntilAllAreThere() {
    while (caught_up_ < sockets_.size()) Read();
  }
  // Reads until every reader had `count` events.
  void WaitForEvents(uint64_t count) {
    while (latencies_ns_.size() < count * sockets_.size()) Read();
  }
  // From before the append to when the event was read.
  std::vector<int64_t>& latencies_ns() { return latencies_ns_; }

 private:
  void Read() {
    epoll_event ready[256];
    const int count = ::epoll_wait(epoll_, ready, 256, -1);
    for (int i = 0; i < count; ++i) Take(ready[i].data.fd);
  }
  void Take(int descriptor) {
    char piece[64 << 10];
    const ssize_t size = ::recv(descriptor, piece, sizeof(piece), 0);
    if (size <= 0) throw CommandError("an event stream ended");
    const int64_t now_ns = NowNs();
    const std::string_view text(piece, static_cast<size_t>(size));
    if (text.find(kCaughtUp) != std::string_view::npos) ++caught_up_;
    // An event is one small chunk, and comes as a whole.
    for (size_t at = 0; (at = text.find(kText, at)) != std::string_view::npos; at += kText.size()) {
      latencies_ns_.push_back(now_ns - std::atoll(text.data() + at + kText.size()));
    }
  }

  const int epoll_;
  std::vector<std::unique_ptr<HttpSocket>> sockets_;
  uint64_t caught_up_ = 0;
  std::vector<int64_t> latencies_ns_;
};

// Appends its time, so often.
void AppendAtRate(const ClientOptions& options) {
  HttpSocket socket(options.server);
  const auto started = std::chrono::steady_clock::now();
  for (uint64_t i = 0; i < options.records; ++i) {
    std::this_thread::sleep_until(started + std::chrono::nanoseconds(1'000'000'000 * i / options.rate));
    socket.Send(PostRequest("/messages/bench", "text/plain", std::to_string(NowNs())));
    socket.ReadAnswer();
  }
}

double Milliseconds(std::vector<int64_t>& sorted, double quantile) {
  return static_cast<double>(sorted[static_cast<size_t>(static_cast<double>(sorted.size() - 1) * quantile)]) /
         1e6;
}

}  // namespace

void HttpFanout(const ClientOptions& options) {
  EventReaders readers(options.server, options.streams);
  readers.WaitUntilAllAreThere();
  std::thread appender([&options] { AppendAtRate(options); });
  readers.WaitForEvents(options.records);
  appender.join();
  auto& latencies = readers.latencies_ns();
  std::sort(latencies.begin(), latencies.end());
  const nlohmann::ordered_json result{{"streams", options.streams},
                                      {"events", latencies.size()},
                                      {"p50_ms", Milliseconds(latencies, 0.5)},
                                      {"p99_ms", Milliseconds(latencies, 0.99)},
                                      {"max_ms", Milliseconds(latencies, 1)}};
  std::printf("%s\n", result.dump().c_str());
}

void HttpHold(const ClientOptions& options) {
  EventReaders readers(options.server, options.streams);
  readers.WaitUntilAllAreThere();
  std::printf("{\"streams\":%llu}\n", static_cast<unsigned long long>(options.streams));
  std::fflush(stdout);
  WaitForEndOfInput();
}

}  // namespace replog::bench
