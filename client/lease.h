#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "client/append.h"
#include "client/status.h"

namespace replog::client {

class Client;

namespace internal {
class LeaseCore;
class Transport;
}  // namespace internal

// A lease that somebody holds.
struct LeaseInfo {
  std::string name;
  std::string holder;
  LeaseToken token;
  // The full term, and what was left of it by the server's clock when it answered.
  std::chrono::milliseconds ttl{0};
  std::chrono::milliseconds remaining{0};
};

// Of Client::AcquireLease. Names are 1 to 256 bytes of UTF-8 without control characters.
struct AcquireLeaseOptions {
  std::string name;
  // Who asks.
  std::string holder;
  // The term, 1 s to 1 h. Who holds the lease already must ask for the same.
  std::chrono::milliseconds ttl{10'000};
  // How long to wait for the present holder, up to 1 h; the call itself may take longer by the client's
  // call_timeout. 0: not at all.
  std::chrono::milliseconds wait{0};
  // Tells holders of the same name apart, at most 64 bytes: who gives another one is not given what the
  // holder has.
  std::string instance = {};
};

struct LeaseOptions {
  // As of AcquireLeaseOptions.
  std::string name;
  std::string holder;
  std::chrono::milliseconds ttl{10'000};
  // How long to wait for the present holder. 0: not at all; kForever: until the Lease is released.
  std::chrono::milliseconds wait{0};
  static constexpr std::chrono::milliseconds kForever = std::chrono::milliseconds::max();
  // How long before the server may give the lease to another the holder counts it as lost: the time that it
  // has to stop what it does, and what its clock may go slower than the server's. 0: a fifth of the term. At
  // most half of it.
  std::chrono::milliseconds margin{0};
  // The lease was held and is lost: it could not be renewed in time, or the server said that it is another's.
  // Once at most, and not after Release. On a thread of the Lease: it may block; it must not throw.
  std::function<void(const Status& why)> on_lost;
};

// A named lease: at most one holder at a time, as long as it lives. Acquires it, and keeps it by renewing it
// each third of its term in the background, through broken connections and restarts of the server.
//
// Example:
//   Lease lease(client, {.name = "leader", .holder = "node-1", .wait = LeaseOptions::kForever});
//   if (Status status = lease.Wait(); !status.ok()) return status;
//   while (lease.held()) {
//     const auto appended = client.Append({&record, 1}, {.lease = lease.token()});
//     …
//   }
//
// In time: the holder counts its term from when it sent the request that began it, by its own monotonic
// clock, and ends it `margin` early. So while held() is true the server has given the lease to nobody else,
// if the clock does not stand still; it does while the machine is suspended, and between held() and what one
// does next a thread may be paused for any time. What excludes in spite of that is the token: a log refuses
// an append under it (FAILED_PRECONDITION, LEASE_FENCED) once it has seen a newer holder's. A lease that is
// lost stays lost; who wants it again makes a new Lease, which gets a newer token.
//
// Each Lease is a holder of its own to the server, also beside another of the same name in the same process.
//
// Thread Safety: every member may be called from many threads, also from on_lost.
// Lifetime: begins to acquire at once. The destructor releases, and waits for that and for on_lost, unless it
// runs in on_lost; for a server that does not answer it waits 2 s at most, and the term then ends by itself.
// So does what a server granted just as the Lease was given up. Costs a thread, and keeps the connection
// open.
class Lease {
 public:
  Lease(const Client& client, LeaseOptions options);
  ~Lease();
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  // Returns once the lease was acquired: OK; or could not be: FAILED_PRECONDITION (LEASE_HELD, with `holder`)
  // when another has it at the end of the wait, CANCELLED after Release, UNAVAILABLE after call_timeout and
  // the wait, INVALID_ARGUMENT and other refusals. Not to be called from on_lost.
  Status Wait();

  // Whether it is held now; see above.
  bool held() const;
  // For how long it is held if it is not renewed any more; 0 when it is not held.
  std::chrono::milliseconds remaining() const;
  // For AppendConditions::lease. It stays the same when the lease is lost: appends then are fenced, and do
  // not turn unconditional. Before the lease is acquired one that every append refuses (INVALID_ARGUMENT).
  LeaseToken token() const;
  // OK while it is being acquired or held; else why it is not: CANCELLED after Release.
  Status status() const;

  // Gives it back, to who waits longest, or stops acquiring; returns when the server has answered. OK also
  // when it was not held any more. The holder must have stopped what it does under the lease.
  Status Release();

 private:
  std::shared_ptr<internal::Transport> transport_;  // goes last, on the thread that destroys this
  std::shared_ptr<internal::LeaseCore> core_;
};

}  // namespace replog::client
