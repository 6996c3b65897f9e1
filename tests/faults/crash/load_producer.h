#pragma once

#include <deque>
#include <random>
#include <thread>

#include "tests/faults/crash/gate.h"
#include "tests/faults/crash/ledger.h"
#include "tests/faults/support/log_client.h"

namespace replog::testing {

// Appends batches of random sizes on a pipelined stream for as long as there is a server, and enters what was
// acknowledged. What was under way when a stream broke is sent again, as it was: every record must be in the
// log once. Producers with an even id are registered and number their records; those with an odd one give
// each record an id.
class LoadProducer {
 public:
  // Everything must outlive the producer. `acknowledged` counts records.
  LoadProducer(uint32_t id, const std::string& address, Ledger& ledger, Gate& gate, Counter& acknowledged);
  // Waits for the end of its stream; the gate must be finished.
  ~LoadProducer() { Join(); }

  // The same, before its end: then all that it sent was acknowledged.
  void Join() {
    if (thread_.joinable()) thread_.join();
  }
  uint32_t id() const { return id_; }
  const std::string& log() const { return ledger_.log(); }
  // How many records it made.
  uint64_t records() const TSA_EXCLUDES(mutex_);

 private:
  using Stream = grpc::ClientReaderWriter<v1::AppendRequest, v1::AppendStreamResponse>;

  // A batch that is not acknowledged.
  struct Pending {
    LoadId first;  // its first record
    v1::AppendRequest request;
  };

  void Run();
  // False when the server is gone.
  bool Register() TSA_EXCLUDES(mutex_);
  // Sends until the stream breaks or the gate is finished.
  void Send(Stream& stream);
  void Receive(Stream& stream);
  Pending MakeBatch() TSA_REQUIRES(mutex_);
  v1::AppendRequest Stamped(const Pending& batch) const TSA_REQUIRES(mutex_);
  uint64_t PlaceOf(const v1::AppendResponse& answer, uint32_t count);
  bool Enter(const v1::AppendStreamResponse& response) TSA_EXCLUDES(mutex_);

  const uint32_t id_;
  Ledger& ledger_;
  Gate& gate_;
  Counter& acknowledged_;
  const std::unique_ptr<v1::ReplicationLog::Stub> stub_;
  std::mt19937_64 random_;

  mutable Mutex mutex_;
  CondVar room_;
  v1::RegisterProducerResponse registered_ TSA_GUARDED_BY(mutex_);
  uint64_t next_number_ TSA_GUARDED_BY(mutex_) = 0;
  std::deque<Pending> under_way_ TSA_GUARDED_BY(mutex_);
  size_t sent_ TSA_GUARDED_BY(mutex_) = 0;  // of those, on this stream
  bool broken_ TSA_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace replog::testing
