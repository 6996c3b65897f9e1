// replogd: the replication log's server.

#include <sys/stat.h>

#include <cstdio>

#include "base/flags/unknown_flag.h"
#include "base/version.h"
#include "server/main/commands.h"
#include "server/main/configure.h"
#include "server/main/restore_command.h"

namespace {

int FailParse(const CLI::App& app, const CLI::ParseError& error) {
  const std::string unknown = error.get_exit_code() == 0 ? "" : replog::UnknownFlag(app);
  if (unknown.empty()) return app.exit(error) == 0 ? 0 : 2;
  std::fprintf(stderr, "replogd: %s; see --help\n", unknown.c_str());
  return 2;
}

CLI::App* AddHealthCommand(CLI::App& app, replog::CommandLine& line, replog::HealthOptions& options) {
  CLI::App* health =
      app.add_subcommand("health", "Ask the server that runs with these settings whether it serves");
  replog::AddSettingFlags(*health, line);
  health->add_flag("--alive", options.alive, "Whether it answers at all, also that it can't serve now");
  auto* certificate = health->add_option(
      "--client-certificate", options.identity.certificate,
      "PEM file: what is shown where tls_client_ca demands one; default: the server's own");
  auto* key = health->add_option("--client-key", options.identity.key, "PEM file: its key");
  // As for `replog`, which may run beside it.
  certificate->envname("REPLOG_TLS_CLIENT_CERT")->needs(key);
  key->envname("REPLOG_TLS_CLIENT_KEY")->needs(certificate);
  health->footer(
      "Example: replogd health --listen 0.0.0.0:50051\nExit codes: 0 it serves; 1 it does not, or does not "
      "answer.");
  return health;
}

}  // namespace

int main(int argc, char** argv) {
  // What the logs hold is for the server alone: no file that it makes is another user's to read.
  ::umask(0077);
  CLI::App app("replogd serves a replication log: ordered records, kept in RocksDB, streamed over gRPC.",
               "replogd");
  app.set_version_flag("--version", replog::VersionLine("replogd"), "Print the version and exit");
  app.footer(
      "Each setting can be given as a flag, as a variable (REPLOG_DATA) or in the file (data: ./data); the "
      "first of these\n"
      "that gives it counts.\n"
      "Example: replogd --listen 127.0.0.1:50051 --data ./data\n"
      "Exit codes: 0 stopped as asked; 1 failed, with the reason on standard error; 2 wrong usage, or "
      "settings or\n"
      "files that they name are wrong.");
  replog::CommandLine line;
  replog::AddSettingFlags(app, line);
  auto* check =
      app.add_flag("--check-config", "Print what would be in force and where it comes from, and end");
  auto* print = app.add_flag("--print-settings", "Print the reference page of all settings, and end");
  auto* verify = app.add_subcommand("verify", "Check a data directory that no server has open");
  replog::AddSettingFlags(*verify, line, "data");
  verify->footer(
      "Example: replogd verify --data ./data\nExit codes: 0 all is well; 1 problems were found, or it cannot "
      "be read.");
  replog::HealthOptions health_options;
  auto* health = AddHealthCommand(app, line, health_options);
  replog::RestoreOptions restore_options;
  auto* restore = replog::AddRestoreCommand(app, restore_options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return FailParse(app, error);
  }
  if (restore->parsed()) return replog::Restore(restore_options);
  if (print->count() != 0) return replog::PrintSettings();
  const auto configuration = replog::Configure(line);
  const bool asks_only = check->count() == 0 && (health->parsed() || verify->parsed());
  const auto problems = asks_only ? configuration.problems : replog::ProblemsOfServing(configuration);
  if (!problems.empty()) return replog::WrongUsage(problems);
  if (check->count() != 0) return replog::PrintConfiguration(configuration);
  if (health->parsed()) return replog::CheckHealth(configuration.options, health_options);
  return verify->parsed() ? replog::VerifyOffline(configuration.options) : replog::Serve(line, configuration);
}
