#include "server/logging/logging.h"

#include <spdlog/async.h>
#include <spdlog/sinks/base_sink.h>

#include "server/logging/pipe_writer.h"

namespace replog {
namespace {

using spdlog::level::level_enum;

level_enum LevelOf(const std::string& name) {
  return name == "warn" ? spdlog::level::warn : spdlog::level::from_str(name);
}

std::string_view NameOf(level_enum level) {
  if (level == spdlog::level::warn) return "warn";
  const auto name = spdlog::level::to_string_view(level);
  return {name.data(), name.size()};
}

LogFormat FormatOf(const std::string& name) { return name == "json" ? LogFormat::kJson : LogFormat::kText; }

int64_t MicrosOf(spdlog::log_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

}  // namespace

// Used by the log's thread alone, but for the format.
class Logging::Sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  Sink(const Options& options, spdlog::details::thread_pool& queue)
      : queue_(queue), writer_(options.descriptor, options.patience_ms), format_(FormatOf(options.format)) {}

  std::atomic<LogFormat>& format() { return format_; }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    SayDropped(MicrosOf(message.time));
    Write(MicrosOf(message.time), message.level, {message.payload.data(), message.payload.size()});
  }
  void flush_() override {}

  void Write(int64_t time_us, level_enum level, std::string_view payload) {
    if (!writer_.Write(FormatLine(format_, time_us, NameOf(level), payload))) ++given_up_;
  }

  void SayDropped(int64_t time_us) {
    const size_t dropped = queue_.overrun_counter() + given_up_;
    if (dropped == said_) return;
    const LogFields fields{{"dropped", dropped - said_}};
    if (writer_.Write(FormatLine(format_, time_us, "warn", WithFields("log lines were dropped", fields))))
      said_ = dropped;
  }

  spdlog::details::thread_pool& queue_;
  PipeWriter writer_;
  size_t given_up_ = 0;
  size_t said_ = 0;  // of dropped lines, how many were told of
  std::atomic<LogFormat> format_;
};

Logging::Logging(const Options& options)
    : thread_(std::make_shared<spdlog::details::thread_pool>(options.queue_lines, 1)),
      sink_(std::make_shared<Sink>(options, *thread_)),
      set_level_(LevelOf(options.level)) {
  spdlog::set_default_logger(std::make_shared<spdlog::async_logger>(
      "replogd", sink_, thread_, spdlog::async_overflow_policy::overrun_oldest));
  spdlog::set_level(set_level_);
}

Logging::~Logging() {
  // The queue's thread ends with the last of those who use it; then all is written.
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("after the log's end"));
}

void Logging::Set(const std::string& level, const std::string& format) {
  sink_->format() = FormatOf(format);
  set_level_ = LevelOf(level);
  spdlog::set_level(set_level_);
}

void Logging::ToggleDebug() {
  const bool on = spdlog::get_level() != spdlog::level::debug;
  spdlog::set_level(on ? spdlog::level::debug : set_level_.load());
  spdlog::debug("the log is at debug now");
}

}  // namespace replog
