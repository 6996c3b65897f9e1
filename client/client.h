#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/admin.h"
#include "client/append.h"
#include "client/backoff.h"
#include "client/backup.h"
#include "client/lease.h"
#include "client/node.h"
#include "client/record.h"
#include "client/status.h"

namespace replog::client {

namespace internal {
class Transport;
}

// Certificates and keys as PEM text.
struct TlsOptions {
  // What signs the server's certificate; empty: the system's authorities.
  std::string ca_pem;
  // The client's own, for mutual TLS; both or none.
  std::string certificate_pem;
  std::string key_pem;
  // Expect this name in the server's certificate instead of the endpoint's.
  std::string server_name;
};

struct ClientOptions {
  // "host:port" of each server. They are tried in turn: when one is not reachable the next call goes to the
  // next.
  std::vector<std::string> endpoints{"localhost:50051"};
  // The log of calls that name none; empty: "default".
  std::string log;
  // Absent: plain text.
  std::optional<TlsOptions> tls;
  // Who calls: a bearer token, sent with every call. Printable ASCII, 4096 bytes at most.
  std::string token;
  // The same from a file, its first word; wins over `token`. It is read again as it changes, so that a new
  // token needs no new client.
  std::string token_file;
  // In plain text a token only goes to endpoints on loopback, and others get none,
  // unless this is said.
  bool token_in_plain_text = false;
  // Between attempts of calls that are safe to repeat, and of broken streams.
  BackoffOptions backoff;
  // How long a call waits for a connection before it fails as UNREACHABLE.
  std::chrono::milliseconds connect_timeout{5'000};
  // How long a unary call may take, with its retries.
  std::chrono::milliseconds call_timeout{10'000};
  // Give this client TCP connections that no other client of the process shares.
  bool own_connections = false;
};

// A handle to a replog service: single appends, pages of records, administration. Producers and subscriptions
// are made from it and share its connection.
//
// Example:
//   Client client({.endpoints = {"localhost:50051"}});
//   const NewRecord hello{.channel = "room", .body = "Hello everyone!"};
//   Result<Appended> appended = client.Append({&hello, 1});
//
// Thread Safety: every member may be called from many threads at once. Calls block until they are answered.
// Lifetime: cheap to copy; copies are the same client. What is made from it keeps the connection open.
// Errors: calls that read are repeated while the server is UNAVAILABLE, until call_timeout; calls that write
// are sent at most once. No connection within the time-out gives UNAVAILABLE with reason UNREACHABLE: nothing
// was sent. In the calls below an empty `log` means ClientOptions::log.
class Client {
 public:
  explicit Client(ClientOptions options);

  // Appends a batch: all of it or nothing, visible to readers at one moment. 2 MiB with the server's default
  // limits. FateOf says what an error means for the records.
  Result<Appended> Append(std::span<const NewRecord> records, std::string_view log = {});

  // The same when the conditions hold.
  Result<Appended> Append(std::span<const NewRecord> records, const AppendConditions& conditions,
                          std::string_view log = {});

  // The newest records of keys of a channel, or a page of the channel's keys.
  Result<LookupPage> Lookup(const LookupOptions& options);

  // One page of records.
  Result<Page> Read(const ReadOptions& options);

  Result<LogInfo> CreateLog(std::string_view log, const LogSettings& settings = {});
  Result<LogInfo> UpdateLog(std::string_view log, const LogSettings& settings);
  // Deletes a log and all its records. With a uuid: only if the log still is that one.
  Status DeleteLog(std::string_view log, std::string_view uuid = {});
  Result<std::vector<LogInfo>> ListLogs();
  Result<LogInfo> GetLog(std::string_view log = {});
  Result<ChannelPage> ListChannels(const ListChannelsOptions& options = {});
  // Removes the records before a sequence for good and returns the first sequence that is kept.
  Result<uint64_t> Trim(uint64_t before_sequence, std::string_view log = {});

  // Says that a node has applied everything before `next_sequence`, and returns its cursor as it is durable
  // then. FAILED_PRECONDITION (CURSOR_BACKWARDS) before where the cursor is, unless that is allowed;
  // OUT_OF_RANGE (PAST_THE_END). A Subscription with a `node` acknowledges by itself.
  Result<uint64_t> Acknowledge(std::string_view node, uint64_t next_sequence, bool allow_backwards = false,
                               std::string_view log = {});
  // Waits until nodes have applied a record, and says which have. OK whatever the outcome is.
  // FAILED_PRECONDITION (NO_EXPECTED_NODES) when there is no node to ask; NOT_FOUND (KEY_NOT_FOUND).
  Result<SyncResult> AwaitSync(const AwaitSyncOptions& options);
  // By name; with a fleet: its nodes only.
  Result<std::vector<NodeInfo>> ListNodes(std::string_view fleet = {}, std::string_view log = {});
  // Removes a node and its cursor. NOT_FOUND (NODE_NOT_FOUND); FAILED_PRECONDITION (NODE_CONNECTED).
  Status ForgetNode(std::string_view node, std::string_view log = {});
  // Compares what nodes hold with the log's table at one sequence. OK whatever it finds.
  // FAILED_PRECONDITION (NO_EXPECTED_NODES); RESOURCE_EXHAUSTED (BUSY) while another runs on the log.
  Result<AuditResult> Audit(const AuditOptions& options = {});

  // Takes a lease when nobody holds it, or waits for it. FAILED_PRECONDITION (LEASE_HELD, with `holder` and
  // `remaining_ms`). Nothing renews it: see Lease, which does. Asking for what one holds gives the same token
  // and a full term. After a wait part of the term is over: renew it before counting on it.
  Result<LeaseInfo> AcquireLease(const AcquireLeaseOptions& options);
  // Begins a full term. FAILED_PRECONDITION (LEASE_NOT_HELD) when the lease was lost or released.
  Result<LeaseInfo> RenewLease(const LeaseToken& token);
  // Gives it back, to who waits longest. FAILED_PRECONDITION (LEASE_NOT_HELD); not repeated.
  Status ReleaseLease(const LeaseToken& token);
  // Nullopt when nobody holds it.
  Result<std::optional<LeaseInfo>> GetLease(std::string_view name);
  // All that are held, by name.
  Result<std::vector<LeaseInfo>> ListLeases();

  // Checks everything stored of a log; takes as long as it takes. `on_progress` is called at least every
  // second, on the calling thread; it returns false to stop (CANCELLED). OK means that the check ran: see
  // problem_count.
  Result<VerifyProgress> Verify(const std::function<bool(const VerifyProgress&)>& on_progress = {},
                                std::string_view log = {});

  // Copies everything that the server keeps, all logs as they stand at one moment, into a new or empty
  // directory of this machine, while everything goes on; takes as long as it takes. When it fails nothing
  // stays behind. FAILED_PRECONDITION (DIRECTORY_NOT_EMPTY, WRONG_DIRECTORY); RESOURCE_EXHAUSTED (BUSY while
  // another backup is under way; DISK_FULL, here or at the server); DATA_LOSS (BACKUP_DAMAGED) when a piece
  // was damaged on its way; CANCELLED when `on_progress` stopped it.
  Result<BackupInfo> Backup(const std::string& directory, const BackupProgress& on_progress = {});

 private:
  friend class Lease;
  friend class Producer;
  friend class Subscription;
  friend class TableBase;

  std::shared_ptr<internal::Transport> transport_;
};

}  // namespace replog::client
