// The `replog` command: a terminal's way to a replog server.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "base/flags/unknown_flag.h"
#include "base/version.h"
#include "client/cli/duration.h"
#include "client/cli/human_format.h"
#include "client/cli/session.h"

namespace {

using replog::cli::ExitCode;
using replog::cli::Session;

constexpr char kFooter[] = R"(Examples:
  replog append default-channel 'Hello everyone!'
  replog tail
  zcat chat.jsonl.gz | replog append --json --header user --header time
  replog read --backward --limit 50 --channel default-channel

Exit codes: 0 ok; 1 the operation failed; 2 wrong arguments or bad input; 3 no server can be reached;
of sync also 4, 5, 6: see there.)";

void AddSharedOptions(CLI::App& app, Session& session) {
  replog::client::AddConnectionFlags(app, session.connection);
  app.add_flag("--json", session.json,
               "Output for programs, one JSON object a line; for append also the input");
  app.add_option("--timeout", session.timeout_s, "Seconds to wait for a connection")
      ->check(replog::cli::Seconds())
      ->capture_default_str();
}

// A value as in `--ttl -1s` looks like an option itself; as `--ttl=-1s` it is judged as a value.
std::vector<std::string> Arguments(int argc, char** argv) {
  std::vector<std::string> arguments;
  bool options_end = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const bool negative =
        argument.size() > 1 && argument[0] == '-' && argument[1] >= '0' && argument[1] <= '9';
    const bool joined = negative && !options_end && !arguments.empty() &&
                        arguments.back().starts_with("--") && arguments.back().find('=') == std::string::npos;
    options_end |= argument == "--";
    if (joined) {
      arguments.back().append("=").append(argument);
    } else {
      arguments.emplace_back(argument);
    }
  }
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  return arguments;
}

// What stands where a command has to.
std::optional<std::string> UnknownCommand(const CLI::App& app) {
  const CLI::App* last = &app;
  while (!last->get_subcommands().empty()) last = last->get_subcommands().front();
  const auto rest = app.remaining(/*recurse=*/true);
  if (last->get_require_subcommand_min() == 0 || rest.empty() || rest[0].starts_with('-'))
    return std::nullopt;
  return rest[0];
}

ExitCode FailParse(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) {
    app.exit(error);  // --help, --version
    return ExitCode::kOk;
  }
  if (const auto command = UnknownCommand(app)) {
    std::string text = "there is no command \"";
    replog::cli::AppendPrintable(text, *command);
    return replog::cli::FailUsage(text + "\"; see --help");
  }
  if (const auto flag = replog::UnknownFlag(app); !flag.empty())
    return replog::cli::FailUsage(flag + "; see --help");
  app.exit(error);
  return ExitCode::kUsage;
}

}  // namespace

int main(int argc, char** argv) {
  // What went wrong with a connection is in the error of the command; gRPC's own lines would stand beside it.
  ::setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of the write, and handled there
  CLI::App app("Append to, read and administer the logs of a replog server.", "replog");
  app.footer(kFooter);
  app.set_version_flag("--version", replog::VersionLine("replog"), "Print the version and exit");
  app.require_subcommand(1);
  app.fallthrough();
  Session session;
  AddSharedOptions(app, session);
  AddAppendCommand(app, session);
  AddTailCommand(app, session);
  AddReadCommand(app, session);
  AddKeyCommands(app, session);
  AddLogsCommand(app, session);
  AddChannelsCommand(app, session);
  AddNodesCommand(app, session);
  AddCursorCommand(app, session);
  AddSyncCommand(app, session);
  AddAuditCommand(app, session);
  AddLeaseCommand(app, session);
  AddTrimCommand(app, session);
  AddTokenCommand(app, session);
  AddExportCommand(app, session);
  AddImportCommand(app, session);
  AddBackupCommand(app, session);
  AddVerifyCommand(app, session);
  AddBenchCommand(app, session);
  try {
    app.parse(Arguments(argc, argv));
    if (const auto status = Resolve(session); !status.ok())
      return static_cast<int>(replog::cli::FailUsage(status.message()));
    return static_cast<int>(session.action());
  } catch (const CLI::ParseError& error) {
    return static_cast<int>(FailParse(app, error));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "replog: %s\n", error.what());
    return static_cast<int>(ExitCode::kFailed);
  }
}
