#pragma once

namespace replog {

// A connection whose file descriptor is this or more is one too many: the system gives out the lowest number
// that is free, so the number tells how many are in use. Seven eighths of what the process may have open now;
// the rest is for the store.
int FileBound();

}  // namespace replog
