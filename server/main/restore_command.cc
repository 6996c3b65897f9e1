#include "server/main/restore_command.h"

#include <cstdio>

#include "backup/backup_reader.h"
#include "base/clock.h"
#include "server/restore/restore.h"

namespace replog {
namespace {

constexpr char kFooter[] =
    R"(Every file's checksum is checked, and then the store in it, before the new directory becomes one that a server
opens. The restored store has an id of its own, and each of its logs forks at the backup's end: readers that were
behind it go on, readers that were ahead of it are told so (FORKED).

Examples:
  replogd restore --from /var/backups/replog-monday --data ./data-new
  replogd restore --from /var/backups/replog-monday --check
Exit codes: 0 restored, or nothing is wrong with the backup; 1 not, with the reason on standard error; 2 wrong usage.)";

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "replogd: %s\n", std::string(status.message()).c_str());
  return 1;
}

int Check(const std::string& from) {
  const auto manifest = backup::ReadManifest(from);
  if (!manifest.ok()) return Fail(manifest.status());
  const auto status = backup::CheckBackup(from, *manifest, [](uint64_t) { return true; });
  if (!status.ok()) return Fail(status);
  std::printf("%s: %d files as they were backed up\n", from.c_str(), manifest->files_size());
  return 0;
}

}  // namespace

CLI::App* AddRestoreCommand(CLI::App& app, RestoreOptions& options) {
  CLI::App* restore = app.add_subcommand("restore", "Make a data directory of a backup");
  restore->footer(kFooter);
  restore->add_option("--from", options.from, "The backup's directory, as `replog backup` wrote it")
      ->required();
  auto* data = restore->add_option("--data", options.data, "The data directory to make; new or empty");
  restore->add_flag("--check", options.check, "Only check the backup's files")->excludes(data);
  restore->final_callback([&options] {
    if (options.data.empty() && !options.check) throw CLI::RequiredError("--data (or --check)");
  });
  return restore;
}

int Restore(const RestoreOptions& options) {
  if (options.check) return Check(options.from);
  const auto logs = RestoreBackup(options.from, {.directory = options.data}, SystemClock());
  if (!logs.ok()) return Fail(logs.status());
  for (const RestoredLog& restored : *logs) {
    const StoredLog& log = restored.log;
    std::printf(
        "log %s: sequences %llu up to %llu, %llu records; lineage %llu begins at %llu\n",
        log.descriptor.name.c_str(), static_cast<unsigned long long>(log.first_kept),
        static_cast<unsigned long long>(log.end), static_cast<unsigned long long>(restored.verified.records),
        static_cast<unsigned long long>(log.descriptor.lineage), static_cast<unsigned long long>(log.end));
  }
  std::printf("restored to %s\n", options.data.c_str());
  return 0;
}

}  // namespace replog
