// The `replog` command: a terminal's way to a replog server.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

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
  app.add_option("--server", session.servers, "host:port of the server; several are separated by commas")
      ->envname("REPLOG_SERVER")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->default_val("localhost:50051");
  app.add_option("--log", session.log, "The log to work on")->envname("REPLOG_LOG")->default_val("default");
  app.add_flag("--json", session.json,
               "Output for programs, one JSON object a line; for append also the input");
  app.add_option("--timeout", session.timeout_s, "Seconds to wait for a connection")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of the write, and handled there
  CLI::App app("Append to, read and administer the logs of a replog server.", "replog");
  app.footer(kFooter);
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
  AddVerifyCommand(app, session);
  AddBenchCommand(app, session);
  try {
    app.parse(argc, argv);
    return static_cast<int>(session.action());
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "replog: %s\n", error.what());
    return static_cast<int>(ExitCode::kFailed);
  }
}
