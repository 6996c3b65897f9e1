#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/webhooks/webhook.h"

namespace replog {

// Where secrets are: never in the file of webhooks itself.
struct SecretSource {
  // What the file at `path` holds.
  std::function<absl::StatusOr<std::string>(const std::string& path)> file;
  // What the environment variable holds.
  std::function<absl::StatusOr<std::string>(const std::string& name)> environment;
};

// The webhooks of a YAML file, as README.md shows it:
//
//   webhooks:
//     - name: github                      # POST /v1/webhooks/github
//       secret_file: github.secret        # or a list of them: each may sign. Or secret_env: a variable
//       secret_encoding: text             # or base64, as Standard Webhooks has it
//       signature:
//         header: X-Hub-Signature-256
//         prefix: sha256=                 # before the signature
//         separator: ","                  # where the field has several entries; the prefixed ones count
//         encoding: hex                   # or base64
//         signed: "{body}"                # or with {timestamp} and {id}, as "{timestamp}.{body}"
//         timestamp_header: X-Timestamp   # with {timestamp}: seconds since 1970; may be an entry of header
//         timestamp_prefix: t=
//         tolerance: 5m                   # how far it may be from now; 1s to 1h
//       delivery_id: {header: X-GitHub-Delivery}   # or {pointer: /id}, or body_sha256
//       log: default
//       channel: datafiles                # or {header: …} or {pointer: …, allow: [datafiles/*], prefix: …}
//       key: {pointer: /project/id}       # none: the record has no key
//       content: {pointer: /datafile}     # none: the whole body
//       content_as: text                  # or payload: bytes
//       headers: [X-GitHub-Event]         # kept as headers of the record
//       events: {header: X-GitHub-Event, allow: [push]}   # others are answered, and left out
//       max_body_bytes: 1048576
//       requests_per_second: 100        # signed deliveries beyond it are refused; none: no limit
//
// `file` is the name for errors. INVALID_ARGUMENT: FILE:LINE and what is wrong there.
absl::StatusOr<std::vector<Webhook>> ParseWebhooks(const std::string& text, const std::string& file,
                                                   const SecretSource& secrets);

}  // namespace replog
