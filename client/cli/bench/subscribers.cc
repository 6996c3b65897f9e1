#include "client/cli/bench/subscribers.h"

namespace replog::cli {

Subscribers::Subscribers(BenchSession& session, uint64_t records_each,
                         std::function<void(size_t, const client::RecordView&)> on_record)
    : records_each_(records_each),
      first_sequence_(session.Log().committed_end),
      on_record_(std::move(on_record)),
      all_(session.options().subscribers) {
  for (size_t i = 0; i < all_.size(); ++i) Start(session, i);
}

void Subscribers::Start(BenchSession& session, size_t i) {
  client::SubscriptionOptions options = session.MakeSubscriptionOptions();
  options.start = client::FromSequence{first_sequence_};
  options.on_record = [this, i](const client::RecordView& record) { Receive(i, record); };
  options.on_caught_up = [this, i](uint64_t) {
    if (!std::exchange(all_[i].ready, true)) Count(ready_);
  };
  options.on_end = [this](const client::Status& status) {
    if (status.code() == client::StatusCode::kCancelled) return;
    MutexLock lock(mutex_);
    failure_ = status;
    changed_.NotifyAll();
  };
  all_[i].next = first_sequence_;
  all_[i].subscription = std::make_unique<client::Subscription>(session.client(i), std::move(options));
}

void Subscribers::Receive(size_t i, const client::RecordView& record) {
  One& one = all_[i];
  if (record.sequence() != one.next) {
    MutexLock lock(mutex_);
    failure_ = client::Status(client::StatusCode::kInternal, "a record was missing or repeated");
  }
  one.next = record.sequence() + 1;
  on_record_(i, record);
  if (++one.received == records_each_) Count(finished_);
}

void Subscribers::Count(uint64_t& counter) {
  MutexLock lock(mutex_);
  if (++counter == all_.size()) changed_.NotifyAll();
}

void Subscribers::WaitFor(const uint64_t& counter) {
  MutexLock lock(mutex_);
  while (counter < all_.size() && failure_.ok()) changed_.Wait(mutex_);
  if (!failure_.ok()) throw BenchError(failure_);
}

void Subscribers::WaitReady() { WaitFor(ready_); }
void Subscribers::WaitDone() { WaitFor(finished_); }

}  // namespace replog::cli
