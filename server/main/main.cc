// replogd: the replication log's server.

#include "base/version.h"
#include "server/main/commands.h"
#include "server/main/options.h"

int main(int argc, char** argv) {
  CLI::App app("replogd serves a replication log: ordered records, kept in RocksDB, streamed over gRPC.",
               "replogd");
  app.set_version_flag("--version", replog::VersionLine("replogd"), "Print the version and exit");
  app.footer(
      "Example: replogd --listen 127.0.0.1:50051 --data ./data\n"
      "Exit codes: 0 stopped as asked; 1 failed, with the reason on standard error; 2 wrong usage.");
  replog::ServerOptions options;
  replog::AddServeFlags(app, options);
  auto* verify = app.add_subcommand("verify", "Check a data directory that no server has open");
  replog::AddDataFlag(*verify, options);
  verify->footer(
      "Example: replogd verify --data ./data\nExit codes: 0 all is well; 1 problems were found, or it cannot "
      "be read.");
  auto* health =
      app.add_subcommand("health", "Ask the server that runs with these settings whether it serves");
  replog::AddServeFlags(*health, options);
  bool alive = false;
  health->add_flag("--alive", alive, "Whether it answers at all, also that it can't serve now");
  health->footer(
      "Example: replogd health --listen 0.0.0.0:50051\nExit codes: 0 it serves; 1 it does not, or does not "
      "answer.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (health->parsed()) return replog::CheckHealth(options, alive);
  return verify->parsed() ? replog::VerifyOffline(options) : replog::Serve(options);
}
