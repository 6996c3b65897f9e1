#include "tests/bench/tools/held_stream.h"

namespace replog::bench {

void StreamCounter::Begun() {
  MutexLock lock(mutex_);
  if (++begun_ == streams_) changed_.NotifyAll();
}

void StreamCounter::Ended(const grpc::Status& status) {
  MutexLock lock(mutex_);
  ++ended_;
  last_end_ = status;
  changed_.NotifyAll();
}

bool StreamCounter::WaitAllBegun(grpc::Status& why) {
  MutexLock lock(mutex_);
  while (begun_ < streams_ && ended_ == 0) changed_.Wait(mutex_);
  why = last_end_;
  return ended_ == 0;
}

void StreamCounter::WaitAllEnded() {
  MutexLock lock(mutex_);
  while (ended_ < streams_) changed_.Wait(mutex_);
}

size_t StreamCounter::ended() const {
  MutexLock lock(mutex_);
  return ended_;
}

HeldStream::HeldStream(v1::ReplicationLog::Stub& stub, const std::string& log, bool stalled,
                       StreamCounter& counter)
    : stalled_(stalled), counter_(counter) {
  request_.set_log(log);
  request_.set_new_only(true);
  stub.async()->Subscribe(&context_, &request_, this);
  AddHold();
  StartRead(&response_);
  StartCall();
}

void HeldStream::Cancel() {
  context_.TryCancel();
  LetGo();
}

void HeldStream::LetGo() {
  if (held_.exchange(false)) RemoveHold();
}

void HeldStream::OnReadDone(bool ok) {
  if (!ok) {
    LetGo();
    return;
  }
  if (!begun_) {
    begun_ = true;
    counter_.Begun();
  }
  if (!stalled_) StartRead(&response_);
}

}  // namespace replog::bench
