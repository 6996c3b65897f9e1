#pragma once

#include <spdlog/spdlog.h>

#include <memory>
#include <string>

#include "server/logging/line.h"
#include "server/logging/line_limiter.h"

namespace replog {

// The log of this process: what spdlog is told goes, through a bounded queue and a thread of its own, to
// standard error. Whoever logs never waits for whoever reads: when the queue is full the oldest lines in it
// are lost, and a line says how many. One at a time; it is spdlog's default logger for as long as it lives.
// Thread-safe.
class Logging {
 public:
  struct Options {
    std::string level = "info";   // debug, info, warn, error or off
    std::string format = "text";  // text or json
    int descriptor = 2;
    int patience_ms = 1'000;  // with a reader that does not read
    size_t queue_lines = 8'192;
  };
  explicit Logging(const Options& options);
  // Writes what is queued.
  ~Logging();
  Logging(const Logging&) = delete;
  Logging& operator=(const Logging&) = delete;

  void Set(const std::string& level, const std::string& format);
  // To debug, or from there back to the level that was set.
  void ToggleDebug();

 private:
  class Sink;
  const std::shared_ptr<spdlog::details::thread_pool> thread_;
  const std::shared_ptr<Sink> sink_;
  std::atomic<spdlog::level::level_enum> set_level_;
};

// One line with fields.
inline void LogWith(spdlog::level::level_enum level, std::string_view message, const LogFields& fields) {
  if (spdlog::should_log(level)) spdlog::log(level, spdlog::string_view_t(WithFields(message, fields)));
}

// The same, if the limiter lets it through; then also with how many it did not.
inline void LogLimited(LineLimiter& limiter, spdlog::level::level_enum level, std::string_view message,
                       LogFields fields) {
  if (!spdlog::should_log(level)) return;
  const LineLimiter::Verdict verdict = limiter.Ask();
  if (!verdict.write) return;
  if (verdict.suppressed != 0) fields["suppressed"] = verdict.suppressed;
  LogWith(level, message, fields);
}

}  // namespace replog
