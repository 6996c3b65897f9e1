#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace replog::cli {

// While it lives, Ctrl-C and SIGTERM call a function, on a thread of its own, instead of ending the process.
// A later
// one ends the process at once.
//
// Must be made before other threads are, so that they inherit the blocked signals.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  // Starts to wait. What `on_interrupt` refers to must live until StopListening, or until this object's
  // destructor.
  void Listen(std::function<void()> on_interrupt);
  void StopListening();
  bool happened() const { return happened_; }

 private:
  void Loop(const std::function<void()>& on_interrupt);

  std::atomic<bool> happened_ = false;
  std::thread thread_;
};

}  // namespace replog::cli
