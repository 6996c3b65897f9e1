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
    if (!Register()) continue;
    {
      MutexLock lock(mutex_);
      sent_ = 0;
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

bool LoadProducer::Register() {
  if (!NumbersItsRecords(id_)) return true;
  v1::RegisterProducerRequest request;
  request.set_log(ledger_.log());
  request.set_name("load-" + std::to_string(id_));
  v1::RegisterProducerResponse response;
  const auto context = PatientContext();
  if (!stub_->RegisterProducer(context.get(), request, &response).ok()) return false;
  MutexLock lock(mutex_);
  registered_ = response;
  return true;
}

uint64_t LoadProducer::records() const {
  MutexLock lock(mutex_);
  return next_number_;
}

void LoadProducer::Send(Stream& stream) {
  for (;;) {
    v1::AppendRequest request;
    {
      MutexLock lock(mutex_);
      while (sent_ == under_way_.size() && sent_ >= kWindow && !broken_) room_.Wait(mutex_);
      if (broken_) return;
      // What a kill broke off is sent again also when nothing new is wanted any more.
      if (sent_ == under_way_.size() && gate_.finished()) break;
      if (sent_ == under_way_.size()) under_way_.push_back(MakeBatch());
      request = Stamped(under_way_[sent_++]);
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

LoadProducer::Pending LoadProducer::MakeBatch() {
  v1::AppendRequest request;
  request.set_log(ledger_.log());
  const auto count = static_cast<uint32_t>(random_() % 3 == 0 ? random_() % 40 + 1 : 1);
  LoadId id{.producer = id_, .number = next_number_, .batch_first = next_number_, .batch_count = count};
  const LoadId first = id;
  for (; id.number < next_number_ + count; ++id.number) {
    *request.add_records() = MakeLoadRecord(ledger_.seed(), id);
  }
  next_number_ = id.number;
  return {first, std::move(request)};
}

v1::AppendRequest LoadProducer::Stamped(const Pending& batch) const {
  v1::AppendRequest request = batch.request;
  if (!NumbersItsRecords(id_)) return request;
  request.mutable_producer()->set_id(registered_.id());
  request.mutable_producer()->set_epoch(registered_.epoch());
  request.mutable_producer()->set_first_sequence(batch.first.number);
  return request;
}

// Of the first record, whether it was appended now or before.
uint64_t LoadProducer::PlaceOf(const v1::AppendResponse& answer, uint32_t count) {
  if (answer.results_size() == 0) {
    if (answer.last_sequence() + 1 - answer.first_sequence() != count)
      ledger_.failures().Add(ledger_.log() + ": an answer is about another number of records");
    return answer.first_sequence();
  }
  for (int i = 0; i < answer.results_size(); ++i) {
    const auto& result = answer.results(i);
    const bool in_a_row = result.sequence() == answer.results(0).sequence() + static_cast<uint64_t>(i);
    if (result.outcome() != v1::AppendResult::DUPLICATE || !in_a_row)
      ledger_.failures().Add(ledger_.log() + ": a batch was appended in part");
  }
  if (static_cast<uint32_t>(answer.results_size()) != count)
    ledger_.failures().Add(ledger_.log() + ": an answer is about another number of records");
  return answer.results(0).sequence();
}

bool LoadProducer::Enter(const v1::AppendStreamResponse& response) {
  LoadId first;
  {
    MutexLock lock(mutex_);
    if (under_way_.empty()) {
      ledger_.failures().Add("an answer to a request that was not sent");
      return false;
    }
    first = under_way_.front().first;
    under_way_.pop_front();
    --sent_;
    room_.NotifyAll();
  }
  if (!response.has_appended()) {
    ledger_.failures().Add(ledger_.log() + ": an append was refused: " + response.error().message());
    return false;
  }
  ledger_.Acknowledged(first, PlaceOf(response.appended(), first.batch_count));
  acknowledged_.Add(first.batch_count);
  return true;
}

}  // namespace replog::testing
