#include "server/main/history_watch.h"

#include <atomic>

#include "server/main/every.h"

namespace replog {

std::shared_ptr<Timed> WatchHistory(LogService& service, History& history) {
  // One look at a time: threads that are busy for long must not find many of them waiting.
  const auto looking = std::make_shared<std::atomic<bool>>(false);
  const auto look = [&service, &history, looking] {
    if (looking->exchange(true)) return;
    service.blocking().Post([&service, &history, looking] {
      history.Add(TakeSnapshot(service, History::kBounds));
      *looking = false;
    });
  };
  look();
  return Every(History::kIntervalUs, service.timers(), service.clock(), look);
}

}  // namespace replog
