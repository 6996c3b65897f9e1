#pragma once

#include <memory>

#include "server/core/log_service.h"
#include "server/history/history.h"

namespace replog {

// Has `history` look at the service now, and then every few seconds for as long as what it returns lives.
// Both must outlive the service's work (LogService::StopWork).
std::shared_ptr<Timed> WatchHistory(LogService& service, History& history);

}  // namespace replog
