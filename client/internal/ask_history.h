#pragma once

#include <string>

#include "client/internal/transport.h"
#include "client/position.h"
#include "client/status.h"

namespace replog::client::internal {

// Asks whether everything before a position is of the log's history, kept or trimmed away: OK; ABORTED
// (FORKED, WRONG_LOG) or OUT_OF_RANGE (PAST_THE_END) when it is not; else nothing is known.
Status AskHistory(Transport& transport, const std::string& log, const Position& position);

}  // namespace replog::client::internal
