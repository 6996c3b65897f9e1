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

Progress::Progress(std::string what, Unit unit)
    : what_(std::move(what)),
      unit_(unit),
      terminal_(StderrIsTerminal()),
      next_draw_(start_ + (terminal_ ? Clock::duration(kRedraw) : Clock::duration(kNewLine))) {}

void Progress::Update(uint64_t count, uint64_t done, uint64_t total) {
  const auto now = Clock::now();
  if (now < next_draw_) return;
  next_draw_ = now + (terminal_ ? Clock::duration(kRedraw) : Clock::duration(kNewLine));
  drawn_ = true;
  std::fprintf(stderr, terminal_ ? "\r\x1b[K%s" : "%s\n", Line(count, done, total).c_str());
}

void Progress::Finish() {
  if (terminal_ && drawn_) std::fputs("\r\x1b[K", stderr);
}

std::string Progress::Counted(uint64_t count) const {
  return unit_ == Unit::kBytes ? HumanBytes(count) : WithSeparators(count);
}

std::string Progress::Line(uint64_t count, uint64_t done, uint64_t total) const {
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  const auto rate = static_cast<uint64_t>(static_cast<double>(count) / std::max(seconds, 0.001));
  std::string line;
  if (total > 0) line += Bar(static_cast<double>(done) / static_cast<double>(total));
  line += Counted(count) + (unit_ == Unit::kRecords ? " records " : " ") + what_ + ", ";
  line += Counted(rate) + "/s, " + std::to_string(static_cast<int>(seconds)) + " s";
  return line;
}

}  // namespace replog::cli
