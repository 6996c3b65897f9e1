#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/mutex.h"

struct sockaddr_storage;

namespace replog {

// Ends connections that abuse HTTP/2 in the ways that gRPC 1.51 has no bound for itself: it grows with
// headers that never end, with floods of pings and settings, and with calls that are begun and reset at once
// ("rapid reset", CVE-2023-44487); and the calls that may be open at once it counts only for peers that
// acknowledge its settings. Inside a connection only gRPC sees; so they are judged by what shows outside:
//
// - strangers, who have made no call that was admitted, may together have sent so many bytes, and when it is
//   more those go who have sent most: all of it may be in memory, as headers or as requests that are not
//   complete. (Where there is no access file every call is admitted, and one makes a stranger known.)
// - of those, who has more than kStrangerCalls under way in the server, open still or not, begins them faster
//   than it can be told that it may not; and whoever has more than kMaxCalls has not kept to kCallsAtOnce.
//
// Thread-safe.
class Connections {
  struct Connection;

 public:
  // What a peer is told that it may have open at once; a call that it resets is under way a little longer.
  static constexpr int kCallsAtOnce = 10'000;
  static constexpr int kMaxCalls = 2 * kCallsAtOnce;
  static constexpr int kStrangerCalls = 1'000;

  // Told which peer was ended, as gRPC names it, and why. From any thread; must not block. May be empty.
  using OnEnded = std::function<void(const std::string& peer, const char* why)>;

  // `stranger_bytes`: what those without an admitted call may have sent together.
  Connections(uint64_t stranger_bytes, OnEnded on_ended)
      : stranger_bytes_(stranger_bytes), on_ended_(std::move(on_ended)) {}

  // Judges this connection from now on, for as long as the socket is open. False when one of the same peer is
  // open, from its port to another address of this machine: calls of the two could not be told apart.
  bool Add(int socket, const sockaddr_storage& peer) TSA_EXCLUDES(mutex_);

  // A call under way, for as long as it lives. It may outlive the Connections.
  class Call {
   public:
    Call() = default;
    explicit Call(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
    Call(Call&&) = default;
    Call& operator=(Call&&) = delete;
    ~Call();

   private:
    std::shared_ptr<Connection> connection_;
  };
  Call Begin(const std::string& peer) TSA_EXCLUDES(mutex_);
  // A call of this peer was admitted.
  void NoteAdmitted(const std::string& peer) TSA_EXCLUDES(mutex_);

  // Looks at what strangers have sent. Wants to be called every kSweepMs; takes about 1 us for each.
  static constexpr int kSweepMs = 100;
  void Sweep() TSA_EXCLUDES(mutex_);
  // Forgets connections that were closed. Wants to be called now and then.
  void ForgetClosed() TSA_EXCLUDES(mutex_);

 private:
  struct Connection {
    Connection(int of, uint64_t its_cookie) : socket(of), cookie(its_cookie) {}
    bool open() const;
    const int socket;
    const uint64_t cookie;  // of the socket: another one may have its number by now
    std::atomic<bool> admitted{false};
    std::atomic<int> calls{0};
  };
  using ByPeer = absl::flat_hash_map<std::string, std::shared_ptr<Connection>>;
  // What the kernel is asked, is asked of a copy: calls do not wait for it.
  ByPeer Copy() TSA_EXCLUDES(mutex_);
  std::shared_ptr<Connection> Find(const std::string& peer) TSA_EXCLUDES(mutex_);
  void End(const std::string& peer, const Connection& connection, const char* why) const;

  const uint64_t stranger_bytes_;
  const OnEnded on_ended_;
  Mutex mutex_;
  ByPeer connections_ TSA_GUARDED_BY(mutex_);
};

// The peer as gRPC names it (ServerContext::peer); empty for an address that it names otherwise.
std::string PeerName(const sockaddr_storage& peer);

}  // namespace replog
