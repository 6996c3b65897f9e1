#pragma once

namespace replog {

// Lets this process open as many files as the system allows it to: each connection is one, and the limit that
// most systems begin with, 1,024, is for programs that use select().
void RaiseFileLimit();

}  // namespace replog
