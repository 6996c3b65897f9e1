#include "server/core/lease_table.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/utf8.h"
#include "server/core/lease_errors.h"

namespace replog {
namespace {

// How soon the end of a term that could not be written is tried again, also when nobody asks.
constexpr int64_t kRetryUs = 1'000'000;

bool SameHolder(const LeaseRecord& a, const LeaseRecord& b) {
  return a.holder == b.holder && a.instance == b.instance;
}

// Whether a failed write leaves open what the system log says now. CONDITION_FAILED: not what this table
// believed.
bool LeavesDoubt(const absl::Status& status) {
  const auto reason = ReasonOf(status);
  return !reason || *reason == Reason::kStoreFailed || *reason == Reason::kConditionFailed;
}

absl::Status Stopping() {
  return MakeError(Reason::kShuttingDown, "the server is stopping; the lease was not changed");
}

absl::Status Doubtful() {
  return MakeError(Reason::kRecovering, "who holds the lease is being read again after a failed write");
}

absl::Status TooManyWaiting(const char* what, size_t limit) {
  return MakeError(Reason::kTooManyWaiting,
                   absl::StrCat(limit, " requests wait for ", what, ", which is the limit"),
                   {{"limit", std::to_string(limit)}});
}

}  // namespace

// ------------------------------------------------------------------------------------------------ requests

void LeaseTable::Acquire(RequestId id, const std::string& name, const LeaseRecord& wanted,
                         int64_t wait_until_us, int64_t now_us) {
  Submit(name, {id, Request::Kind::kAcquire, wanted, wait_until_us, {}}, now_us);
}

void LeaseTable::Renew(RequestId id, const LeaseToken& token, int64_t now_us) {
  Submit(token.name, {id, Request::Kind::kRenew, {}, 0, token.fencing}, now_us);
}

void LeaseTable::Release(RequestId id, const LeaseToken& token, int64_t now_us) {
  Submit(token.name, {id, Request::Kind::kRelease, {}, 0, token.fencing}, now_us);
}

void LeaseTable::Get(RequestId id, const std::string& name, int64_t now_us) {
  Submit(name, {id, Request::Kind::kGet, {}, 0, {}}, now_us);
}

void LeaseTable::Submit(const std::string& name, Request request, int64_t now_us) {
  if (stopped_) return Answered(request.id, Stopping());
  auto found = entries_.find(name);
  if (found == entries_.end()) {
    if (request.kind == Request::Kind::kAcquire && entries_.size() >= options_.max_leases) {
      return Answered(request.id, MakeError(Reason::kTooManyLeases,
                                            absl::StrCat("there are ", options_.max_leases,
                                                         " leases, which is the limit"),
                                            {{"limit", std::to_string(options_.max_leases)}}));
    }
    found = entries_.try_emplace(name).first;
  }
  switch (found->second.state) {
    case State::kInDoubt:
      return Answered(request.id, Doubtful());
    case State::kWriting:
      return Enqueue(*found, found->second.asked, std::move(request));
    default:
      Judge(*found, std::move(request), now_us);
      Settle(*found, now_us);
  }
}

void LeaseTable::Judge(Named& lease, Request request, int64_t now_us) {
  auto& [name, entry] = lease;
  const bool acquire = request.kind == Request::Kind::kAcquire;
  if (entry.held && entry.held->expires_us <= now_us) {
    if (acquire && entry.waiters.empty()) return BeginWrite(lease, std::move(request));
    Enqueue(lease, entry.asked, std::move(request));
    return EndTerm(lease);
  }
  if (acquire) return JudgeAcquire(lease, std::move(request), now_us);
  if (request.kind == Request::Kind::kGet) {
    return Answered(request.id, entry.held ? std::optional(View(lease, now_us)) : std::nullopt);
  }
  if (!entry.held) return Answered(request.id, LeaseNotHeld({name, request.token}, {}, {}));
  Held& held = *entry.held;
  if (held.token != request.token) {
    return Answered(request.id, LeaseNotHeld({name, request.token}, held.terms.holder, held.token));
  }
  if (request.kind == Request::Kind::kRenew) {
    Confirm(lease, now_us);
    return Answered(request.id, View(lease, now_us));
  }
  entry.releaser = request.id;
  unanswered_[request.id] = name;
  EndTerm(lease);
}

void LeaseTable::JudgeAcquire(Named& lease, Request request, int64_t now_us) {
  auto& [name, entry] = lease;
  if (!entry.held) return BeginWrite(lease, std::move(request));
  Held& held = *entry.held;
  if (SameHolder(held.terms, request.wanted)) {
    if (held.terms.ttl_us != request.wanted.ttl_us) {
      return Answered(request.id,
                      MakeError(Reason::kInvalidField,
                                absl::StrCat("ttl: you hold the lease with a ttl of ",
                                             held.terms.ttl_us / 1000, " ms; release it to change that"),
                                {{"field", "ttl"}}));
    }
    Confirm(lease, now_us);
    return Answered(request.id, View(lease, now_us));
  }
  if (request.wait_until_us <= now_us) {
    return Answered(request.id, HeldByAnother(lease, now_us));
  }
  Enqueue(lease, entry.waiters, std::move(request));
}

void LeaseTable::Enqueue(Named& lease, std::deque<Request>& queue, Request request) {
  auto& [name, entry] = lease;
  if (entry.waiters.size() + entry.asked.size() >= options_.max_waiting_per_lease) {
    return Answered(request.id, TooManyWaiting("the lease", options_.max_waiting_per_lease));
  }
  if (unanswered_.size() >= options_.max_waiting && !unanswered_.contains(request.id)) {
    return Answered(request.id, TooManyWaiting("leases", options_.max_waiting));
  }
  unanswered_[request.id] = name;
  if (&queue == &entry.waiters) patience_.emplace(request.wait_until_us, request.id);
  queue.push_back(std::move(request));
}

LeaseTable::Request LeaseTable::Take(std::deque<Request>& queue, size_t index) {
  Request request = std::move(queue[index]);
  queue.erase(queue.begin() + static_cast<ptrdiff_t>(index));
  patience_.erase({request.wait_until_us, request.id});
  return request;
}

void LeaseTable::Cancel(RequestId id, int64_t now_us) {
  if (const auto granted = unconfirmed_.find(id); granted != unconfirmed_.end()) {
    Named& lease = *entries_.find(granted->second);
    if (lease.second.state == State::kHeld && !stopped_) EndTerm(lease);
    return;
  }
  const auto waiting = unanswered_.find(id);
  if (waiting == unanswered_.end()) return;
  Named& lease = *entries_.find(waiting->second);
  Entry& entry = lease.second;
  if (entry.grantee && entry.grantee->id == id) entry.grantee_left = true;
  if (entry.releaser == id) entry.releaser.reset();
  RemoveFrom(entry.waiters, id);
  RemoveFrom(entry.asked, id);
  Answered(id, MakeError(Reason::kCancelled, "the call was cancelled"));
  Settle(lease, now_us);
}

void LeaseTable::RemoveFrom(std::deque<Request>& queue, RequestId id) {
  const auto found =
      std::find_if(queue.begin(), queue.end(), [id](const Request& request) { return request.id == id; });
  if (found != queue.end()) Take(queue, static_cast<size_t>(found - queue.begin()));
}

// -------------------------------------------------------------------------------------------------- writes

void LeaseTable::EndTerm(Named& lease) {
  auto& waiters = lease.second.waiters;
  BeginWrite(lease, waiters.empty() ? std::nullopt : std::optional(Take(waiters)));
}

void LeaseTable::BeginWrite(Named& lease, std::optional<Request> grantee) {
  auto& [name, entry] = lease;
  entry.state = State::kWriting;
  SetWake(lease, INT64_MAX);
  if (grantee) unanswered_[grantee->id] = name;
  actions_.writes.push_back({name, grantee ? std::optional(grantee->wanted) : std::nullopt,
                             entry.held ? std::optional(entry.held->token.sequence) : std::nullopt});
  entry.grantee = std::move(grantee);
  entry.grantee_left = false;
}

void LeaseTable::Written(const std::string& name, const absl::StatusOr<Sequence>& written, int64_t now_us) {
  const auto found = entries_.find(name);
  if (found == entries_.end() || found->second.state != State::kWriting) return;
  written.ok() ? TakeEffect(*found, *written, now_us) : NotWritten(*found, written.status(), now_us);
  Settle(*found, now_us);
}

void LeaseTable::TakeEffect(Named& lease, Sequence sequence, int64_t now_us) {
  Entry& entry = lease.second;
  const auto grantee = std::exchange(entry.grantee, std::nullopt);
  if (const auto releaser = std::exchange(entry.releaser, std::nullopt)) Answered(*releaser, std::nullopt);
  Forget(entry.held);
  entry.state = State::kFree;
  if (!grantee) return;
  entry.held = Held{grantee->wanted, {lineage_, sequence}, 0, grantee->id, entry.grantee_left};
  unconfirmed_[grantee->id] = lease.first;
  BeginTerm(lease, now_us);
  if (!entry.grantee_left) Answered(grantee->id, View(lease, now_us));
  AnswerSameHolder(entry);
}

// The holder itself may wait too: on a new connection, or since the fate of its grant was not known.
void LeaseTable::AnswerSameHolder(Entry& entry) {
  for (size_t i = 0; i < entry.waiters.size();) {
    if (SameHolder(entry.waiters[i].wanted, entry.held->terms)) {
      entry.asked.push_front(Take(entry.waiters, i));
    } else {
      ++i;
    }
  }
}

void LeaseTable::NotWritten(Named& lease, const absl::Status& why, int64_t now_us) {
  Entry& entry = lease.second;
  const auto grantee = std::exchange(entry.grantee, std::nullopt);
  if (grantee && !entry.grantee_left) Answered(grantee->id, why);
  if (const auto releaser = std::exchange(entry.releaser, std::nullopt)) Answered(*releaser, why);
  if (LeavesDoubt(why)) {
    entry.state = State::kInDoubt;
    return RefuseAll(entry.asked, Doubtful());
  }
  entry.state = entry.held ? State::kHeld : State::kFree;
  if (!entry.held) return;
  const bool over = entry.held->expires_us <= now_us;
  SetWake(lease, over ? now_us + kRetryUs : entry.held->expires_us);
  // That a term is over may not be told before it is written. Who asks again tries again.
  if (over) RefuseAll(entry.asked, why);
}

void LeaseTable::BeginTerm(Named& lease, int64_t now_us) {
  Entry& entry = lease.second;
  entry.state = State::kHeld;
  entry.held->expires_us = now_us + entry.held->terms.ttl_us;
  SetWake(lease, entry.held->expires_us);
}

void LeaseTable::Confirm(Named& lease, int64_t now_us) {
  Held& held = *lease.second.held;
  unconfirmed_.erase(held.grantee);
  held.grantee = 0;
  held.unwanted = false;
  BeginTerm(lease, now_us);
}

void LeaseTable::Forget(std::optional<Held>& held) {
  if (held) unconfirmed_.erase(held->grantee);
  held.reset();
}

void LeaseTable::Settle(Named& lease, int64_t now_us) {
  Entry& entry = lease.second;
  const auto settled = [&entry] { return entry.state == State::kFree || entry.state == State::kHeld; };
  // Who waits comes before who asks now.
  if (entry.state == State::kFree && !entry.waiters.empty()) EndTerm(lease);
  while (settled() && !entry.asked.empty()) Judge(lease, Take(entry.asked), now_us);
  if (entry.state == State::kHeld && std::exchange(entry.held->unwanted, false) && !stopped_) EndTerm(lease);
  if (entry.state == State::kFree) entries_.erase(lease.first);
}

// ------------------------------------------------------------------------------------ time, loading, the end

void LeaseTable::BeginLoad() {
  for (auto& [name, entry] : entries_) entry.loading = entry.state == State::kInDoubt;
}

void LeaseTable::Loaded(const std::vector<StoredLease>& stored, int64_t now_us) {
  std::map<std::string_view, const StoredLease*> by_name;
  for (const StoredLease& lease : stored) {
    by_name[lease.name] = &lease;
    // Later, a lease that is not known here was given back while it was being read.
    if (!loaded_) entries_[lease.name].loading = true;
  }
  loaded_ = true;
  for (auto next = entries_.begin(); next != entries_.end();) {
    Named& lease = *next++;
    Entry& entry = lease.second;
    if (std::exchange(entry.loading, false)) {
      const auto found = by_name.find(lease.first);
      entry.state = State::kFree;
      Forget(entry.held);
      if (found != by_name.end()) {
        entry.held = Held{found->second->terms, {lineage_, found->second->sequence}};
        AnswerSameHolder(entry);
        BeginTerm(lease, now_us);
      }
    } else if (entry.state == State::kHeld) {
      BeginTerm(lease, now_us);
    }
    Settle(lease, now_us);
  }
}

void LeaseTable::Advance(int64_t now_us) {
  if (stopped_) return;
  while (!patience_.empty() && patience_.begin()->first <= now_us) {
    const RequestId id = patience_.begin()->second;
    Named& lease = *entries_.find(unanswered_.at(id));
    RemoveFrom(lease.second.waiters, id);
    Answered(id, HeldByAnother(lease, now_us));
  }
  while (!wakes_.empty() && wakes_.begin()->first <= now_us) EndTerm(*entries_.find(wakes_.begin()->second));
}

void LeaseTable::Stop() {
  stopped_ = true;
  for (auto& [name, entry] : entries_) {
    RefuseAll(entry.waiters, Stopping());
    RefuseAll(entry.asked, Stopping());
  }
}

int64_t LeaseTable::next_event_us() const {
  if (stopped_) return INT64_MAX;
  const int64_t wake_us = wakes_.empty() ? INT64_MAX : wakes_.begin()->first;
  return patience_.empty() ? wake_us : std::min(wake_us, patience_.begin()->first);
}

// ------------------------------------------------------------------------------------------------- answers

std::vector<Lease> LeaseTable::List(const std::string& after, size_t limit, int64_t now_us) const {
  std::vector<Lease> leases;
  for (auto entry = entries_.upper_bound(after); entry != entries_.end() && leases.size() < limit; ++entry) {
    if (entry->second.held) leases.push_back(View(*entry, now_us));
  }
  return leases;
}

LeaseTable::Totals LeaseTable::totals() const {
  Totals totals;
  for (const auto& [name, entry] : entries_) {
    if (entry.held) ++totals.held;
    totals.waiting += entry.waiters.size();
  }
  return totals;
}

Lease LeaseTable::View(const Named& lease, int64_t now_us) {
  const Held& held = *lease.second.held;
  return {lease.first, held.terms, held.token, std::max<int64_t>(held.expires_us - now_us, 0)};
}

absl::Status LeaseTable::HeldByAnother(const Named& lease, int64_t now_us) {
  const auto& [name, entry] = lease;
  if (entry.grantee) return LeaseHeld(name, entry.grantee->wanted.holder, {}, {});
  if (entry.state == State::kInDoubt) return Doubtful();
  return LeaseHeld(name, entry.held->terms.holder, entry.held->token, View(lease, now_us).remaining_us);
}

void LeaseTable::RefuseAll(std::deque<Request>& requests, const absl::Status& why) {
  while (!requests.empty()) Answered(Take(requests).id, why);
}

void LeaseTable::Answered(RequestId id, Answer answer) {
  unanswered_.erase(id);
  actions_.replies.push_back({id, std::move(answer)});
}

void LeaseTable::SetWake(Named& lease, int64_t wake_us) {
  int64_t& set = lease.second.wake_us;
  wakes_.erase({set, lease.first});
  if (wake_us != INT64_MAX) wakes_.emplace(wake_us, lease.first);
  set = wake_us;
}

}  // namespace replog
