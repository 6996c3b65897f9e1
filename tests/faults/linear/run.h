#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/faults/crash/gate.h"
#include "tests/faults/linear/call.h"
#include "tests/faults/linear/service.h"

namespace replog::linear {

// Clients that call a service at the same time, each on a thread of its own and one call after the other, and
// note what they asked and were told. The choices depend on the seed and on the answers alone.
template <typename Chooser>
class Run {
 public:
  using Model = typename Chooser::Model;

  // `calls`: of each client.
  Run(uint64_t seed, int calls, std::vector<Service<Model>> services) : histories_(services.size()) {
    for (size_t i = 0; i < services.size(); ++i) {
      threads_.emplace_back([this, seed, calls, i, service = std::move(services[i])] {
        Play(Chooser(seed * 1000 + i, static_cast<int>(i)), calls, service, histories_[i]);
      });
    }
  }
  ~Run() { Join(); }

  // How many calls have ended.
  testing::Counter& ended() { return ended_; }

  // Waits for all clients. Returns what all of them noted; a client that was told what no honest server says
  // throws that.
  History<Model> Finish() {
    Join();
    History<Model> all;
    for (auto& history : histories_) all.insert(all.end(), history.begin(), history.end());
    MutexLock lock(mutex_);
    if (!failure_.empty()) throw std::runtime_error(failure_);
    return all;
  }

 private:
  void Play(Chooser chooser, int calls, const Service<Model>& service, History<Model>& history) {
    const int client = static_cast<int>(&history - histories_.data());
    for (int i = 0; i < calls; ++i, ended_.Add(1)) {
      Call<Model> call{.object = chooser.NextObject(), .client = client};
      call.request = chooser.Next(call.object);
      call.invoked = Now();
      try {
        call.answer = service(call.object, call.request);
      } catch (const std::runtime_error& error) {
        MutexLock lock(mutex_);
        failure_ += call.object + ": " + Model::Text(call.request) + ": " + error.what() + "\n";
      }
      if (call.answer) call.answered = Now();
      if (call.answer) chooser.Told(call.object, call.request, *call.answer);
      history.push_back(std::move(call));
    }
  }

  int64_t Now() const { return std::chrono::nanoseconds(std::chrono::steady_clock::now() - begin_).count(); }
  void Join() {
    for (auto& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }

  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  testing::Counter ended_;
  Mutex mutex_;
  std::string failure_ TSA_GUARDED_BY(mutex_);
  std::vector<History<Model>> histories_;
  std::vector<std::thread> threads_;
};

}  // namespace replog::linear
