#include "base/http/session_set.h"

#include <memory>
#include <utility>
#include <vector>

#include "base/http/session.h"

namespace replog::http {

bool SessionSet::HasRoom(std::function<void()> on_room) {
  {
    MutexLock lock(mutex_);
    if (sessions_.size() < max_sessions_) return true;
    on_room_ = std::move(on_room);
  }
  MakeRoom();
  return false;
}

void SessionSet::MakeRoom() {
  std::shared_ptr<Session> idle;
  {
    MutexLock lock(mutex_);
    if (on_room_) idle = TakeIdle();
  }
  if (idle) idle->MakeRoom();
}

std::shared_ptr<Session> SessionSet::TakeIdle() {
  while (!idle_.empty()) {
    auto session = idle_.front()->weak_from_this().lock();
    LeaveIdle(sessions_[idle_.front()]);
    if (session) return session;
  }
  return nullptr;
}

void SessionSet::LeaveIdle(IdleList::iterator& place) {
  if (place != idle_.end()) idle_.erase(place);
  place = idle_.end();
}

void SessionSet::Add(Session* session) {
  MutexLock lock(mutex_);
  sessions_[session] = idle_.end();
}

void SessionSet::Remove(Session* session) {
  std::function<void()> on_room;
  {
    MutexLock lock(mutex_);
    LeaveIdle(sessions_[session]);
    sessions_.erase(session);
    if (sessions_.empty()) empty_.NotifyAll();
    on_room = std::exchange(on_room_, nullptr);
  }
  if (on_room) on_room();
}

void SessionSet::SetIdle(Session* session, bool idle) {
  {
    MutexLock lock(mutex_);
    auto& place = sessions_[session];
    LeaveIdle(place);
    if (idle) place = idle_.insert(idle_.end(), session);
  }
  if (idle) MakeRoom();
}

void SessionSet::StopAll() {
  // Kept until the lock is free: one of them may be the last to hold its session, whose end calls Remove.
  std::vector<std::shared_ptr<Session>> open;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    for (const auto& [session, place] : sessions_) {
      if (auto held = session->weak_from_this().lock()) open.push_back(std::move(held));
    }
  }
  for (const auto& session : open) session->StopSoon();
}

bool SessionSet::stopping() const {
  MutexLock lock(mutex_);
  return stopping_;
}

void SessionSet::WaitUntilEmpty(std::chrono::milliseconds time) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  MutexLock lock(mutex_);
  while (!sessions_.empty() && std::chrono::steady_clock::now() < deadline) {
    const auto left = deadline - std::chrono::steady_clock::now();
    empty_.WaitFor(mutex_, std::chrono::ceil<std::chrono::microseconds>(left));
  }
}

}  // namespace replog::http
