#include "client/cli/interrupt.h"

#include <chrono>
#include <csignal>
#include <cstdlib>

namespace replog::cli {
namespace {

// Ends the waiting thread.
constexpr int kStopSignal = SIGUSR1;
// A signal that comes sooner after the first says the same again, as when a process and its group both get
// it.
constexpr std::chrono::milliseconds kPatience{300};

sigset_t Signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, kStopSignal}) sigaddset(&signals, signal);
  return signals;
}

}  // namespace

Interrupt::Interrupt() {
  const sigset_t signals = Signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

Interrupt::~Interrupt() { StopListening(); }

void Interrupt::StopListening() {
  if (!thread_.joinable()) return;
  pthread_kill(thread_.native_handle(), kStopSignal);
  thread_.join();
}

void Interrupt::Listen(std::function<void()> on_interrupt) {
  thread_ = std::thread([this, on_interrupt = std::move(on_interrupt)] { Loop(on_interrupt); });
}

void Interrupt::Loop(const std::function<void()>& on_interrupt) {
  const sigset_t signals = Signals();
  std::chrono::steady_clock::time_point first;
  for (;;) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal == kStopSignal) return;
    const auto now = std::chrono::steady_clock::now();
    if (!happened_.exchange(true)) {
      first = now;
      on_interrupt();
    } else if (now - first > kPatience) {
      std::_Exit(128 + signal);
    }
  }
}

}  // namespace replog::cli
