#pragma once

#include <deque>
#include <random>
#include <thread>

#include "tests/faults/crash/gate.h"
#include "tests/faults/crash/ledger.h"
#include "tests/faults/support/log_client.h"

namespace replog::testing {

// Appends batches of random sizes on a pipelined stream for as long as there is a server, and enters what was
// acknowledged. What was under way when a stream broke is never sent again.
class LoadProducer {
 public:
  // Everything must outlive the producer. `acknowledged` counts records.
  LoadProducer(uint32_t id, const std::string& address, Ledger& ledger, Gate& gate, Counter& acknowledged);
  // Waits for the end of its stream; the gate must be finished.
  ~LoadProducer() { thread_.join(); }

 private:
  using Stream = grpc::ClientReaderWriter<v1::AppendRequest, v1::AppendStreamResponse>;

  void Run();
  // Sends until the stream breaks or the gate is finished.
  void Send(Stream& stream);
  void Receive(Stream& stream);
  v1::AppendRequest NextBatch() TSA_REQUIRES(mutex_);
  bool Enter(const v1::AppendStreamResponse& response) TSA_EXCLUDES(mutex_);

  const uint32_t id_;
  Ledger& ledger_;
  Gate& gate_;
  Counter& acknowledged_;
  const std::unique_ptr<v1::ReplicationLog::Stub> stub_;
  std::mt19937_64 random_;

  Mutex mutex_;
  CondVar room_;
  uint64_t next_number_ TSA_GUARDED_BY(mutex_) = 0;
  std::deque<LoadId> under_way_ TSA_GUARDED_BY(mutex_);  // the first record of each batch
  bool broken_ TSA_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace replog::testing
