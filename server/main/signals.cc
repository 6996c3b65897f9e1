#include "server/main/signals.h"

#include <signal.h>

namespace replog {
namespace {

sigset_t Taken() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) sigaddset(&signals, signal);
  return signals;
}

}  // namespace

Signals::Signals() {
  ::signal(SIGPIPE, SIG_IGN);
  const sigset_t signals = Taken();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

int Signals::AwaitStop(const Handlers& handlers) const {
  const sigset_t signals = Taken();
  for (;;) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal == SIGHUP) {
      handlers.on_hangup();
    } else if (signal == SIGUSR1) {
      handlers.on_user();
    } else {
      return signal;
    }
  }
}

}  // namespace replog
