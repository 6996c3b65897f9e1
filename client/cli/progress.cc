#include "client/cli/progress.h"

#include <algorithm>
#include <cstdio>

#include "client/cli/human_format.h"
#include "client/cli/output.h"

namespace replog::cli {
namespace {

constexpr std::chrono::milliseconds kRedraw{100};
constexpr std::chrono::seconds kNewLine{5};
constexpr size_t kBarWidth = 30;

std::string Bar(double part) {
  const auto filled = static_cast<size_t>(std::clamp(part, 0.0, 1.0) * kBarWidth);
  return "[" + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + "] " +
         std::to_string(static_cast<int>(part * 100)) + " %  ";
}

}  // namespace

Progress::Progress(std::string what, std::optional<uint64_t> total)
    : what_(std::move(what)),
      total_(total),
      terminal_(StderrIsTerminal()),
      next_draw_(start_ + (terminal_ ? Clock::duration(kRedraw) : Clock::duration(kNewLine))) {}

void Progress::Update(uint64_t records, uint64_t bytes) {
  const auto now = Clock::now();
  if (now < next_draw_) return;
  next_draw_ = now + (terminal_ ? Clock::duration(kRedraw) : Clock::duration(kNewLine));
  drawn_ = true;
  std::fprintf(stderr, terminal_ ? "\r\x1b[K%s" : "%s\n", Line(records, bytes).c_str());
}

void Progress::Finish() {
  if (terminal_ && drawn_) std::fputs("\r\x1b[K", stderr);
}

std::string Progress::Line(uint64_t records, uint64_t bytes) const {
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  std::string line;
  if (total_ && *total_ > 0) line += Bar(static_cast<double>(bytes) / static_cast<double>(*total_));
  line += WithSeparators(records) + " records " + what_ + ", ";
  line +=
      WithSeparators(static_cast<uint64_t>(static_cast<double>(records) / std::max(seconds, 0.001))) + "/s, ";
  line += std::to_string(static_cast<int>(seconds)) + " s";
  return line;
}

}  // namespace replog::cli
