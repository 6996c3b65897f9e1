#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/core/timer_queue.h"

namespace replog {

// Looks every two seconds whether any of `files` was written or replaced, and calls `on_change` once for all
// that were: on the queue's thread, so it must not block. An empty name is no file. Where secrets are mounted
// as files, nobody can tell the server that a new one is there. For as long as what it returns lives.
std::shared_ptr<Timed> WatchFiles(TimerQueue& timers, Clock& clock, std::vector<std::string> files,
                                  std::function<void()> on_change);

}  // namespace replog
