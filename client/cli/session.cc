#include "client/cli/session.h"

#include <cstdio>

#include "client/cli/human_format.h"

namespace replog::cli {

client::Status Resolve(Session& session) {
  auto options = client::OptionsOf(session.connection);
  if (!options.ok()) return options.status();
  session.client_options = std::move(options).value();
  session.client_options.connect_timeout =
      std::chrono::milliseconds(static_cast<int64_t>(session.timeout_s * 1'000));
  return {};
}

ExitCode Fail(const client::Status& status) {
  std::string line = "replog: ";
  AppendPrintable(line, status.ToString());
  for (const auto& [name, value] : status.metadata()) {
    line += "; ";
    AppendPrintable(line, name);
    line += " ";
    AppendPrintable(line, value);
  }
  std::fprintf(stderr, "%s\n", line.c_str());
  if (status.reason() == client::reason::kUnreachable) return ExitCode::kUnreachable;
  if (status.code() == client::StatusCode::kInvalidArgument) return ExitCode::kUsage;
  const bool no_server = status.code() == client::StatusCode::kUnavailable && status.reason().empty();
  return no_server ? ExitCode::kUnreachable : ExitCode::kFailed;
}

ExitCode FailUsage(std::string_view message) {
  std::fprintf(stderr, "replog: %.*s\n", static_cast<int>(message.size()), message.data());
  return ExitCode::kUsage;
}

}  // namespace replog::cli
