#include "tests/faults/crash/load_producer.h"

namespace replog::testing {
namespace {

constexpr size_t kWindow = 32;  // batches under way

}  // namespace

LoadProducer::LoadProducer(uint32_t id, const std::string& address, Ledger& ledger, Gate& gate,
                           Counter& acknowledged)
    : id_(id),
      ledger_(ledger),
      gate_(gate),
      acknowledged_(acknowledged),
      stub_(v1::ReplicationLog::NewStub(Connect(address))),
      random_(ledger.seed() + id) {
  thread_ = std::thread(&LoadProducer::Run, this);
}

void LoadProducer::Run() {
  uint64_t generation = 0;
  while (gate_.WaitOpen(generation)) {
    {
      MutexLock lock(mutex_);
      under_way_.clear();
      broken_ = false;
    }
    const auto context = PatientContext();
    const auto stream = stub_->AppendStream(context.get());
    std::thread receiver([&] { Receive(*stream); });
    Send(*stream);
    receiver.join();
    stream->Finish();  // the server was killed: whatever it says is expected
  }
}

void LoadProducer::Send(Stream& stream) {
  while (!gate_.finished()) {
    v1::AppendRequest request;
    {
      MutexLock lock(mutex_);
      while (under_way_.size() >= kWindow && !broken_) room_.Wait(mutex_);
      if (broken_) return;
      request = NextBatch();
    }
    if (!stream.Write(request)) return;
  }
  stream.WritesDone();
}

void LoadProducer::Receive(Stream& stream) {
  v1::AppendStreamResponse response;
  while (stream.Read(&response) && Enter(response)) {
  }
  MutexLock lock(mutex_);
  broken_ = true;
  room_.NotifyAll();
}

v1::AppendRequest LoadProducer::NextBatch() {
  v1::AppendRequest request;
  request.set_log(ledger_.log());
  const auto count = static_cast<uint32_t>(random_() % 3 == 0 ? random_() % 40 + 1 : 1);
  LoadId id{.producer = id_, .number = next_number_, .batch_first = next_number_, .batch_count = count};
  under_way_.push_back(id);
  for (; id.number < next_number_ + count; ++id.number) {
    *request.add_records() = MakeLoadRecord(ledger_.seed(), id);
  }
  next_number_ = id.number;
  return request;
}

bool LoadProducer::Enter(const v1::AppendStreamResponse& response) {
  LoadId first;
  {
    MutexLock lock(mutex_);
    if (under_way_.empty()) {
      ledger_.failures().Add("an answer to a request that was not sent");
      return false;
    }
    first = under_way_.front();
    under_way_.pop_front();
    room_.NotifyAll();
  }
  if (!response.has_appended()) {
    ledger_.failures().Add(ledger_.log() + ": an append was refused: " + response.error().message());
    return false;
  }
  if (response.appended().last_sequence() + 1 - response.appended().first_sequence() != first.batch_count) {
    ledger_.failures().Add(ledger_.log() + ": an answer is about another number of records");
  }
  ledger_.Acknowledged(first, response.appended().first_sequence());
  acknowledged_.Add(first.batch_count);
  return true;
}

}  // namespace replog::testing
