#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>

#include "base/mutex.h"

namespace replog::http {

class Session;

// The sessions that are open: bounds their number, and tells them all to stop.
//
// Thread Safety: every member may be called from many threads at once.
class SessionSet {
 public:
  explicit SessionSet(size_t max_sessions) : max_sessions_(max_sessions) {}

  // Whether there is room for one more. If not, `on_room` is called once there is, and the session that has
  // waited longest for a request has to go: connections that ask for nothing keep nobody out.
  bool HasRoom(std::function<void()> on_room) TSA_EXCLUDES(mutex_);
  // Has one more go when somebody still waits for room.
  void MakeRoom() TSA_EXCLUDES(mutex_);
  // A session is in the set from its construction to its destruction.
  void Add(Session* session) TSA_EXCLUDES(mutex_);
  void Remove(Session* session) TSA_EXCLUDES(mutex_);
  // Whether the session has no request in hand.
  void SetIdle(Session* session, bool idle) TSA_EXCLUDES(mutex_);

  // Tells all to end after the request that they have in hand, those that come later too.
  void StopAll() TSA_EXCLUDES(mutex_);
  bool stopping() const TSA_EXCLUDES(mutex_);
  // Waits until all have ended, at most this long.
  void WaitUntilEmpty(std::chrono::milliseconds time) TSA_EXCLUDES(mutex_);

 private:
  using IdleList = std::list<Session*>;

  // Takes the session that has been idle for longest off the list; null when there is none.
  std::shared_ptr<Session> TakeIdle() TSA_REQUIRES(mutex_);
  void LeaveIdle(IdleList::iterator& place) TSA_REQUIRES(mutex_);

  const size_t max_sessions_;
  mutable Mutex mutex_;
  CondVar empty_;
  // The place of each in idle_; its end when it is not there.
  std::map<Session*, IdleList::iterator> sessions_ TSA_GUARDED_BY(mutex_);
  IdleList idle_ TSA_GUARDED_BY(mutex_);  // that were not told to go; idle for longest first
  std::function<void()> on_room_ TSA_GUARDED_BY(mutex_);
  bool stopping_ TSA_GUARDED_BY(mutex_) = false;
};

}  // namespace replog::http
