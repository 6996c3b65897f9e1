#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "client/cli/human_format.h"
#include "client/cli/interrupt.h"
#include "client/cli/output.h"
#include "client/cli/progress.h"
#include "client/cli/session.h"
#include "client/cli/time_format.h"

namespace replog::cli {
namespace {

using client::BackupInfo;

constexpr char kFooter[] =
    R"(Copies everything that the server keeps, all logs as they stand at one moment, while it goes on serving.
The directory must be new or empty. It gets the files, and at last manifest.json with their checksums: without
it a backup is not whole. When the backup fails, or is stopped with Ctrl-C, nothing stays behind; when it is
killed, the next backup to the same directory clears up.

Examples:
  replog backup --to /var/backups/replog-monday
  replog backup verify /var/backups/replog-monday
  replogd restore --from /var/backups/replog-monday --data ./data-new)";

constexpr char kVerifyFooter[] =
    R"(Needs no server. Checks that every file is there, and its size and SHA-256. Exits with 1 when something is not
as it was backed up, and names the file.

Example:
  replog backup verify /var/backups/replog-monday)";

std::string JsonOf(const BackupInfo& backup) {
  nlohmann::ordered_json line{{"storage_id", backup.storage_id},
                              {"taken", FormatTime(backup.taken)},
                              {"files", backup.files},
                              {"bytes", backup.bytes},
                              {"logs", nlohmann::ordered_json::array()}};
  for (const auto& log : backup.logs) {
    line["logs"].push_back({{"name", log.name},
                            {"uuid", log.uuid},
                            {"lineage", log.lineage},
                            {"first_kept_sequence", log.first_kept_sequence},
                            {"end_sequence", log.end_sequence}});
  }
  return line.dump() + "\n";
}

std::string HumanOf(const char* done, const BackupInfo& backup) {
  std::string text = std::string(done) + " " + WithSeparators(backup.files) + " files, " +
                     HumanBytes(backup.bytes) + ", as of " + FormatTime(backup.taken) + "\n";
  for (const auto& log : backup.logs) {
    text += "  log ";
    AppendPrintable(text, log.name);
    text += ": sequences " + WithSeparators(log.first_kept_sequence) + " up to " +
            WithSeparators(log.end_sequence) + "\n";
  }
  return text;
}

// Shows the progress of `work` and then its result. Ctrl-C stops it.
template <typename Work>
ExitCode Run(const Session& session, const char* done, const Work& work) {
  Interrupt interrupt;
  interrupt.Listen([] {});
  Progress progress(done, Progress::Unit::kBytes);
  const client::Result<BackupInfo> backup = work([&](uint64_t bytes, uint64_t total) {
    progress.Update(bytes, bytes, total);
    return !interrupt.happened();
  });
  progress.Finish();
  if (!backup.ok()) return Fail(backup.status());
  Output output;
  output.buffer() = session.json ? JsonOf(*backup) : HumanOf(done, *backup);
  output.Flush();
  return ExitCode::kOk;
}

ExitCode RunBackup(const Session& session, const std::string& to) {
  if (to.empty()) return FailUsage("backup needs --to DIR");
  return Run(session, "backed up", [&](const client::BackupProgress& on_progress) {
    return session.MakeClient().Backup(to, on_progress);
  });
}

ExitCode RunVerify(const Session& session, const std::string& directory) {
  return Run(session, "verified", [&](const client::BackupProgress& on_progress) {
    return client::CheckBackup(directory, on_progress);
  });
}

}  // namespace

void AddBackupCommand(CLI::App& app, Session& session) {
  auto directory = std::make_shared<std::string>();
  CLI::App* backup = app.add_subcommand("backup", "Copy everything that the server keeps, while it serves");
  backup->footer(kFooter);
  backup->add_option("--to", *directory, "The backup's directory, on this machine; new or empty");
  backup->callback([&session, directory, backup] {
    if (!backup->get_subcommands().empty()) return;
    session.action = [&session, directory] { return RunBackup(session, *directory); };
  });
  CLI::App* verify = backup->add_subcommand("verify", "Check a backup's files against its manifest");
  verify->footer(kVerifyFooter);
  verify->add_option("DIR", *directory, "The backup's directory")->required();
  verify->callback([&session, directory] {
    session.action = [&session, directory] { return RunVerify(session, *directory); };
  });
}

}  // namespace replog::cli
