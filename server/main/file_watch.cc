#include "server/main/file_watch.h"

#include <sys/stat.h>

#include <tuple>
#include <utility>

namespace replog {
namespace {

constexpr int64_t kLookIntervalUs = 2'000'000;

// What a file has another one of when it was written or replaced; all zero where there is none.
using Mark = std::tuple<dev_t, ino_t, off_t, time_t, long>;

Mark MarkOf(const std::string& path) {
  struct stat found {};
  if (path.empty() || ::stat(path.c_str(), &found) != 0) return {};
  return {found.st_dev, found.st_ino, found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
}

class FileWatch final : public Timed {
 public:
  FileWatch(std::vector<std::string> files, std::function<void()> on_change)
      : files_(std::move(files)), on_change_(std::move(on_change)), seen_(Look()) {}
  int64_t OnTime(int64_t now_us) override {
    std::vector<Mark> now = Look();
    if (now != seen_) on_change_();
    seen_ = std::move(now);
    return now_us + kLookIntervalUs;
  }

 private:
  std::vector<Mark> Look() const {
    std::vector<Mark> marks;
    for (const std::string& file : files_) marks.push_back(MarkOf(file));
    return marks;
  }
  const std::vector<std::string> files_;
  const std::function<void()> on_change_;
  std::vector<Mark> seen_;
};

}  // namespace

std::shared_ptr<Timed> WatchFiles(TimerQueue& timers, Clock& clock, std::vector<std::string> files,
                                  std::function<void()> on_change) {
  auto watch = std::make_shared<FileWatch>(std::move(files), std::move(on_change));
  timers.Schedule(clock.MonotonicMicros() + kLookIntervalUs, watch);
  return watch;
}

}  // namespace replog
