#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "client/client.h"
#include "client/flags/connection_flags.h"
#include "client/status.h"

namespace CLI {
class App;
}

namespace replog::cli {

// What the command exits with; in --help too.
enum class ExitCode : int {
  kOk = 0,
  kFailed = 1,       // the server refused, or the operation did not succeed as a whole
  kUsage = 2,        // wrong arguments or bad input
  kUnreachable = 3,  // no server answers
  // Of `sync` only; see there.
  kPartiallySynced = 4,
  kNotSynced = 5,
  kSyncTimeout = 6,
};

// What all commands share: the options that stand before or after any of them, and what is to be done.
struct Session {
  client::ConnectionFlags connection;
  bool json = false;
  double timeout_s = 5;
  // Set by the command that was chosen; run when the whole command line is known to be good.
  std::function<ExitCode()> action;

  // What `connection` comes to; set before the action runs.
  client::ClientOptions client_options;

  client::Client MakeClient() const { return client::Client(client_options); }
};

// Sets the client's options from what the command line said.
client::Status Resolve(Session& session);

// Says on stderr why an operation failed, and which exit code that is.
ExitCode Fail(const client::Status& status);
ExitCode FailUsage(std::string_view message);

// Each adds a command to the application.
void AddAppendCommand(CLI::App& app, Session& session);
void AddTailCommand(CLI::App& app, Session& session);
void AddReadCommand(CLI::App& app, Session& session);
void AddKeyCommands(CLI::App& app, Session& session);
void AddLogsCommand(CLI::App& app, Session& session);
void AddChannelsCommand(CLI::App& app, Session& session);
void AddTrimCommand(CLI::App& app, Session& session);
void AddNodesCommand(CLI::App& app, Session& session);
void AddCursorCommand(CLI::App& app, Session& session);
void AddSyncCommand(CLI::App& app, Session& session);
void AddAuditCommand(CLI::App& app, Session& session);
void AddLeaseCommand(CLI::App& app, Session& session);
void AddTokenCommand(CLI::App& app, Session& session);
void AddExportCommand(CLI::App& app, Session& session);
void AddImportCommand(CLI::App& app, Session& session);
void AddBackupCommand(CLI::App& app, Session& session);
void AddVerifyCommand(CLI::App& app, Session& session);
void AddBenchCommand(CLI::App& app, Session& session);

}  // namespace replog::cli
