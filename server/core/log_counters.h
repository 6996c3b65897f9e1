#pragma once

#include "base/counter.h"

namespace replog {

// What happened to one log since the server started, for whoever watches it.
struct LogCounters {
  // Of appends that were acknowledged. Bytes are those of the records as they are stored and sent.
  Counter appends;
  Counter records;
  Counter bytes;
  // Records of acknowledged appends that were not written.
  Counter duplicates;
  Counter stale;
  // What the transport was given for subscribers.
  Counter frames_sent;
  Counter records_sent;
  Counter bytes_sent;
  Counter records_removed;  // by retention and by trims
};

}  // namespace replog
