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
// - those who have made no call that was admitted may together have sent so many bytes, and when it is more
//   those go who have sent most: all of it may be in memory, as headers or as requests that are not complete;
// - who has more than kMaxCalls under way in the server, open still or not, has not kept to kCallsAtOnce.
//
// Thread-safe.
class Connections {
  struct Connection;

 public:
  // What a peer is told that it may have open at once; a call that it resets is under way a little longer.
  static constexpr int kCallsAtOnce = 1000;
  static constexpr int kMaxCalls = 2 * kCallsAtOnce;

  // Told which peer was ended, as gRPC names it, and why. From any thread; must not block. May be empty.
  using OnEnded = std::function<void(const std::string& peer, const char* why)>;

  // `stranger_bytes`: what those without an admitted call may have sent together.
  Connections(uint64_t stranger_bytes, OnEnded on_ended)
      : stranger_bytes_(stranger_bytes), on_ended_(std::move(on_ended)) {}

  // Judges this connection from now on, for as long as the socket is open.
  void Add(int socket, const sockaddr_storage& peer) TSA_EXCLUDES(mutex_);

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

  // Looks at what all have sent. Wants to be called every kSweepMs.
  static constexpr int kSweepMs = 100;
  void Sweep() TSA_EXCLUDES(mutex_);

 private:
  struct Connection {
    Connection(int of, uint64_t its_cookie) : socket(of), cookie(its_cookie) {}
    const int socket;
    const uint64_t cookie;  // of the socket: another one may have its number by now
    std::atomic<bool> admitted{false};
    std::atomic<int> calls{0};
  };
  struct Stranger {
    std::string peer;
    std::shared_ptr<Connection> connection;
    uint64_t sent;
  };
  // Forgets those that are closed.
  std::vector<Stranger> Strangers() TSA_EXCLUDES(mutex_);
  std::shared_ptr<Connection> Find(const std::string& peer) TSA_EXCLUDES(mutex_);
  void End(const std::string& peer, const Connection& connection, const char* why) const;

  const uint64_t stranger_bytes_;
  const OnEnded on_ended_;
  Mutex mutex_;
  // By peer. One whose socket was closed stays until the next sweep.
  absl::flat_hash_map<std::string, std::shared_ptr<Connection>> connections_ TSA_GUARDED_BY(mutex_);
};

// The peer as gRPC names it (ServerContext::peer); empty for an address that it names otherwise.
std::string PeerName(const sockaddr_storage& peer);

}  // namespace replog
