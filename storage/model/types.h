#pragma once

#include <cstdint>

namespace replog {

// A log's number in its store: fixed for the log's life and never given to another log.
using LogNumber = uint64_t;
// A record's number in its log; also, as an exclusive bound, the place before that record.
using Sequence = uint64_t;
// The term of one leader of a log. 0 means "before the first record".
using Epoch = uint64_t;

}  // namespace replog
