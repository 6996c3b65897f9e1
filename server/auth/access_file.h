#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/auth/grant.h"

// The access file: who may call, and what for. YAML, at most 1 MiB:
//
//   principals:
//     - name: chat-server                       # 1 to 128 characters of [a-zA-Z0-9._@-]; not "anonymous"
//       tokens:
//         - id: t1                              # names the token here and in logs; as a principal's name
//           sha256: "9f86d081...0f00a08"        # of the token, which is random: SHA-256 in hexadecimal
//           expires: 2027-01-01T00:00:00Z       # RFC 3339; without it: never
//       certificates: ["chat-server.default.svc"]   # each a client's subject alternative or common name
//       grants:
//         - verbs: [read, append, node]
//           logs: ["default"]
//           channels: ["room-*"]
//           nodes: ["chat-*"]
//         - verbs: [lease]
//           leases: ["chat-leader"]
//         - verbs: [admin]
//           logs: ["*", "_system"]
//       limits: {requests_per_second: 100, bytes_per_second: 10MiB, streams: 50}
//
// A grant is for its verbs; what they are for is in the lists of patterns (a name, or a prefix and `*`):
//   read     records and names of channels:           logs and channels; `read` of `_system`: /metrics too
//   append   records, and conditions on keys:         logs and channels
//   node     be a node, move its cursor, see nodes:   logs and nodes
//   lease    take leases, and append under them:      leases
//   admin    change, trim, verify, audit logs:        logs; `admin` of `_system`: the server as a whole
// `logs` is required but for `lease`. A list of channels, nodes or leases that is left out means all of them;
// one that none of the verbs has a use for is refused, and so is an empty one. Logs whose names start with
// `_` are the product's own and tell of all others: only patterns that start with `_` cover them, `*` does
// not.
//
// Limits are over all connections of the principal: each optional, none when it is left out; bytes may have a
// unit (KiB, MiB, GiB). Each append of a stream is a request. Streams are subscriptions, append streams,
// backups and checks (Verify). Nothing in the file is a secret, but whoever can write it can do everything.
namespace replog {

// INVALID_ARGUMENT with FILE:LINE and what is wrong; a key that is not known is named with the nearest that
// is. No name, token or certificate is in the answer twice. `file` is only the name that errors have.
absl::StatusOr<std::vector<Principal>> ParseAccessFile(const std::string& text, const std::string& file);

// The same of a file. INVALID_ARGUMENT also when it cannot be read.
absl::StatusOr<std::vector<Principal>> ReadAccessFile(const std::string& path);

}  // namespace replog
