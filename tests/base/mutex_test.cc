#include "base/mutex.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace replog {
namespace {

class Counter {
 public:
  void Add() {
    MutexLock lock(mutex_);
    ++value_;
    changed_.NotifyAll();
  }
  // Waits for `wanted` or more and returns what was there then.
  int AwaitAtLeast(int wanted) {
    MutexLock lock(mutex_);
    while (value_ < wanted) changed_.Wait(mutex_);
    return value_;
  }
  // Returns once nobody added anything for a microsecond; a wake-up without a reason counts as one with.
  void AwaitQuiet() {
    MutexLock lock(mutex_);
    while (changed_.WaitFor(mutex_, std::chrono::microseconds(1))) {
    }
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int value_ TSA_GUARDED_BY(mutex_) = 0;
};

TEST(Mutex, LetsOneThreadInAtATimeAndWakesTheWaiting) {
  constexpr int kThreads = 4, kRounds = 2'000;
  Counter counter;
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) counter.Add();
    });
  }
  EXPECT_EQ(counter.AwaitAtLeast(kThreads * kRounds), kThreads * kRounds);
}

TEST(CondVar, HoldsTheMutexAgainAfterTheTimePassed) {
  Counter counter;
  counter.AwaitQuiet();
  counter.Add();  // would hang, had the wait kept the mutex
  EXPECT_EQ(counter.AwaitAtLeast(1), 1);
}

TEST(SharedMutex, LetsReadersInTogetherAndWritersInAlone) {
  SharedMutex mutex;
  int value = 0;
  std::vector<std::jthread> writers;
  for (int i = 0; i < 2; ++i) {
    writers.emplace_back([&] {
      for (int round = 0; round < 2'000; ++round) {
        WriterLock lock(mutex);
        ++value;
      }
    });
  }
  {
    ReaderLock first(mutex);
    const int seen = value;
    std::jthread([&] {
      ReaderLock second(mutex);  // would hang if readers excluded each other
      EXPECT_EQ(value, seen);
    }).join();
  }
  writers.clear();
  EXPECT_EQ(value, 4'000);
}

}  // namespace
}  // namespace replog
