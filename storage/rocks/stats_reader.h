#pragma once

#include "storage/model/store_stats.h"
#include "storage/rocks/store_counters.h"

namespace replog {

class Engine;

// What was counted; the rest is left as it is.
StoreStats ReadCounters(const StoreCounters& counters);
// How the engine is now.
void ReadEngine(const Engine& engine, StoreStats& stats);

}  // namespace replog
