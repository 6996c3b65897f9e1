#include "server/main/listeners.h"

#include <spdlog/spdlog.h>

#include "absl/strings/str_join.h"
#include "base/error.h"
#include "base/loopback.h"

namespace replog {

std::vector<Listening> ListenersOf(const ServerOptions& options) {
  std::vector<Listening> listeners{{"listen", options.listen, options.tls.on(), options.insecure}};
  if (options.http_listen != "none")
    listeners.push_back({"http_listen", options.http_listen, options.tls.on(), options.insecure});
  return listeners;
}

absl::Status CheckListeners(const ServerOptions& options) {
  std::vector<std::string> problems;
  for (const Listening& listening : ListenersOf(options)) {
    if (const auto status = CheckPlainText(listening); !status.ok()) problems.emplace_back(status.message());
  }
  if (problems.empty()) return absl::OkStatus();
  return MakeError(Reason::kInvalidField, absl::StrJoin(problems, "\n"));
}

void WarnOfListeners(const ServerOptions& options) {
  const bool known = !options.access_file.empty() || !options.tls.client_ca.empty();
  for (const Listening& listening : ListenersOf(options)) {
    if (IsExposed(listening)) {
      spdlog::warn("PLAIN TEXT on {}: whoever reaches it reads everything, tokens too (--insecure)",
                   listening.address);
    } else if (!known && !IsLoopback(listening.address)) {
      spdlog::warn("EVERYBODY on {}: without access_file whoever reaches it may do everything",
                   listening.address);
    }
  }
}

}  // namespace replog
