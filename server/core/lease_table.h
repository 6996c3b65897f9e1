#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "server/core/lease_record.h"
#include "storage/model/lease_token.h"

namespace replog {

// A lease that is held.
struct Lease {
  std::string name;
  LeaseRecord terms;
  FencingToken token;
  // Of the term; never more than there is. 0: it has ended, though the system log does not say so yet.
  int64_t remaining_us = 0;
};

// A lease as the system log has it.
struct StoredLease {
  std::string name;
  LeaseRecord terms;
  Sequence sequence = 0;  // of the record
};

// Who holds which lease, and who waits for one. Pure: events come in with their time, and actions are taken
// out and done by whoever drives it (LeaseKeeper); it has no clock, no thread and no store. Not thread-safe.
//
// What it tells anybody is durable. A change is written to the system log first, and whoever asks about the
// lease meanwhile is answered when the outcome is known; so a crash takes nothing back that anybody heard of.
// Renewals are kept here alone, and a restart gives every holder a full term.
//
// A term ends at its time: from then on nobody finds it held. `next_event_us` says when to come back; being
// late delays those who wait, and nobody else.
class LeaseTable {
 public:
  struct Options {
    size_t max_leases = 10'000;            // that are held, or are being taken or given back
    size_t max_waiting_per_lease = 1'000;  // requests
    size_t max_waiting = 10'000;           // of all leases
  };
  // Names a request, for its reply; given by the driver, each once.
  using RequestId = uint64_t;

  // A record to write, on the condition that the lease's record is as this table knows it. Written must
  // follow; there is at most one under way for each lease.
  struct Write {
    std::string name;
    std::optional<LeaseRecord> grant;  // nullopt: the lease is free from now on
    std::optional<Sequence> replaces;  // the sequence of the record that grants it now; nullopt: it is free
  };
  // The lease as it is, nullopt when nobody holds it; or why it was refused.
  using Answer = absl::StatusOr<std::optional<Lease>>;
  struct Reply {
    RequestId id;
    Answer answer;
  };
  struct Actions {
    std::vector<Write> writes;
    std::vector<Reply> replies;
  };

  // `lineage`: the system log's.
  LeaseTable(const Options& options, uint64_t lineage) : options_(options), lineage_(lineage) {}

  // ---- requests; each gets exactly one reply, now or later

  // Takes the lease for `wanted`, or waits for it until a time, in order of arrival. Who holds it already
  // (holder and instance) gets it again, under the same token and with a full term.
  void Acquire(RequestId id, const std::string& name, const LeaseRecord& wanted, int64_t wait_until_us,
               int64_t now_us);
  // Begins a full term. LEASE_NOT_HELD.
  void Renew(RequestId id, const LeaseToken& token, int64_t now_us);
  // Gives it to who waits longest, or frees it. LEASE_NOT_HELD.
  void Release(RequestId id, const LeaseToken& token, int64_t now_us);
  void Get(RequestId id, const std::string& name, int64_t now_us);
  // Nobody waits for the reply any more. A lease that is being granted to the request, or was and has not
  // been renewed or asked for again since, goes to the next: nobody knows of it.
  void Cancel(RequestId id, int64_t now_us);

  // ---- what else happens

  // How a write ended: the record's sequence, or why there is none. After STORE_FAILED nobody knows, and the
  // lease is in doubt until Loaded.
  void Written(const std::string& name, const absl::StatusOr<Sequence>& written, int64_t now_us);
  // To be called before the leases are read, when the server starts and after the store was recovered; Loaded
  // follows with what was read. Holders get a full term.
  void BeginLoad();
  void Loaded(const std::vector<StoredLease>& stored, int64_t now_us);
  // Time has passed.
  void Advance(int64_t now_us);
  // The server stops: who waits is told so, and nothing new is begun.
  void Stop();

  // ---- what is to be done

  Actions TakeActions() { return std::exchange(actions_, {}); }
  // When to call Advance; INT64_MAX: not before something happens.
  int64_t next_event_us() const;

  // Up to `limit` leases that are held, by name, after a name.
  std::vector<Lease> List(const std::string& after, size_t limit, int64_t now_us) const;
  struct Totals {
    size_t held = 0;     // leases
    size_t waiting = 0;  // acquires that wait for one
  };
  Totals totals() const;

 private:
  struct Request {
    enum class Kind : uint8_t { kAcquire, kRenew, kRelease, kGet };
    RequestId id = 0;
    Kind kind = Kind::kGet;
    LeaseRecord wanted;         // of kAcquire
    int64_t wait_until_us = 0;  // of kAcquire
    FencingToken token;         // of kRenew and kRelease
  };
  struct Held {
    LeaseRecord terms;
    FencingToken token;
    int64_t expires_us = 0;
    RequestId grantee = 0;  // whose reply may not have arrived; 0: the holder has asked for more since
    bool unwanted = false;  // who asked for it left before it was granted
  };
  enum class State : uint8_t {
    kFree,     // nobody holds it. Gone at once, unless somebody wants it: then kWriting
    kHeld,     // `held` until its time. Next: kWriting, when it is released or its time has come
    kWriting,  // a record is under way. Next: kHeld, kFree, or kInDoubt
    kInDoubt,  // a record may have been written. Next: kHeld or kFree, by Loaded
  };
  struct Entry {
    State state = State::kFree;
    std::optional<Held> held;     // as the system log says, as far as is known
    std::deque<Request> waiters;  // acquires that wait for the lease
    std::deque<Request> asked;    // while kWriting: what is to be answered when that is over
    // Of what is being written: who gets the lease (none: it is freed), and who gives it back.
    std::optional<Request> grantee;
    bool grantee_left = false;
    std::optional<RequestId> releaser;
    bool loading = false;         // in doubt since before BeginLoad
    int64_t wake_us = INT64_MAX;  // as it stands in wakes_
  };
  using Entries = std::map<std::string, Entry>;
  using Named = Entries::value_type;

  void Submit(const std::string& name, Request request, int64_t now_us);
  // Answers a request of a lease that is kFree or kHeld, or begins the write that will.
  void Judge(Named& lease, Request request, int64_t now_us);
  void JudgeAcquire(Named& lease, Request request, int64_t now_us);
  void Enqueue(Named& lease, std::deque<Request>& queue, Request request);
  Request Take(std::deque<Request>& queue, size_t index = 0);
  void RemoveFrom(std::deque<Request>& queue, RequestId id);
  // The holder's term is over: begins the write that grants the lease to who waits longest, or frees it.
  void EndTerm(Named& lease);
  // Begins the write that grants the lease, or frees it.
  void BeginWrite(Named& lease, std::optional<Request> grantee);
  void TakeEffect(Named& lease, Sequence sequence, int64_t now_us);
  void AnswerSameHolder(Entry& entry);
  void NotWritten(Named& lease, const absl::Status& why, int64_t now_us);
  void BeginTerm(Named& lease, int64_t now_us);
  // The holder is there: it has asked for what it holds.
  void Confirm(Named& lease, int64_t now_us);
  void Forget(std::optional<Held>& held);
  // Goes on with who asked and who waits, when nothing is being written. May drop the lease.
  void Settle(Named& lease, int64_t now_us);
  void RefuseAll(std::deque<Request>& requests, const absl::Status& why);
  void Answered(RequestId id, Answer answer);
  static Lease View(const Named& lease, int64_t now_us);
  static absl::Status HeldByAnother(const Named& lease, int64_t now_us);
  void SetWake(Named& lease, int64_t wake_us);

  const Options options_;
  const uint64_t lineage_;
  Entries entries_;
  // The lease of each request that has no reply yet.
  absl::flat_hash_map<RequestId, std::string> unanswered_;
  // The lease of each request that was granted it, as in Held::grantee.
  absl::flat_hash_map<RequestId, std::string> unconfirmed_;
  std::set<std::pair<int64_t, std::string>> wakes_;   // when a lease's term ends
  std::set<std::pair<int64_t, RequestId>> patience_;  // when a waiter's does
  Actions actions_;
  bool loaded_ = false;
  bool stopped_ = false;
};

}  // namespace replog
