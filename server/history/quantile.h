#pragma once

#include "base/histogram.h"

namespace replog {

// What was added between two readings of one histogram: the value that the part `q` (0 to 1) of it does not
// exceed, taken to be spread evenly between two bounds; the last bound for what exceeds it. NaN when nothing
// was added. `before` may be empty: then it is of all of `now`.
double QuantileBetween(const Histogram::Reading& before, const Histogram::Reading& now, double q);

}  // namespace replog
