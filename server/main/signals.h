#pragma once

#include <functional>

namespace replog {

// The signals that replogd listens to, taken by one thread.
class Signals {
 public:
  struct Handlers {
    std::function<void()> on_hangup;  // SIGHUP
    std::function<void()> on_user;    // SIGUSR1
  };

  // Blocks them in this thread and those that it starts from now on.
  Signals();

  // Calls the handlers as their signals come; returns SIGTERM or SIGINT when that comes.
  int AwaitStop(const Handlers& handlers) const;
};

}  // namespace replog
