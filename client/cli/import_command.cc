#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <memory>

#include "client/cli/appender.h"
#include "client/cli/session.h"

namespace replog::cli {
namespace {

struct ImportOptions {
  std::string file;
  AppendOptions append{.exported = true};
};

constexpr char kFooter[] =
    R"(Appends the lines that `replog export` wrote, from FILE or standard input. Records keep their channel, body,
headers, key, tombstone, version and id; sequence and time they get anew. One that has expired since expires
again a minute later. A line that is wrong ends the import and is named: what came before it is appended, exit
code 2.

With --producer NAME and --resume an import that broke off goes on behind what it has appended: each line is
appended once. Where lines have ids --resume cannot tell, and is refused; import them again from the beginning
within the log's dedupe window, and what is there already is not appended again.

A log may have an id twice, when its dedupe window was over. Imported at once the second is a duplicate, and not
appended: such lines are named, exit code 1. With --without-ids the records lose their ids and all are appended.

Examples:
  replog import log.jsonl --log copy
  zcat rooms.jsonl.gz | replog import --time-header original-time
  replog import log.jsonl --producer loader --resume)";

ExitCode RunImport(const Session& session, const ImportOptions& options) {
  if (options.append.resume && options.append.producer.empty()) return FailUsage("--resume needs --producer");
  if (options.file.empty() || options.file == "-")
    return Appender(session, options.append, STDIN_FILENO).Run();
  const int fd = ::open(options.file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return FailUsage("cannot read " + options.file + ": " + std::strerror(errno));
  const ExitCode code = Appender(session, options.append, fd).Run();
  ::close(fd);
  return code;
}

}  // namespace

void AddImportCommand(CLI::App& app, Session& session) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* command = app.add_subcommand("import", "Append the records of an export");
  command->footer(kFooter);
  command->add_option("FILE", options->file, "Lines of JSON; without it, or with -, standard input");
  command->add_option("--producer", options->append.producer,
                      "Append as the producer of this name, and end who still does");
  command->add_flag("--resume", options->append.resume,
                    "Go on behind what this producer has appended before");
  command->add_flag("--without-ids", options->append.without_ids,
                    "Leave out the ids, so that no line is a duplicate");
  command->add_option("--time-header", options->append.time_header,
                      "Keep each record's time as a header of this name");
  command->callback(
      [&session, options] { session.action = [&session, options] { return RunImport(session, *options); }; });
}

}  // namespace replog::cli
