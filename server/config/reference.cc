#include "server/config/reference.h"

#include "absl/strings/str_cat.h"
#include "server/config/settings.h"

namespace replog {
namespace {

constexpr char kIntroduction[] = R"(# Settings of replogd

Written by `replogd --print-settings > docs/settings.md`; a test compares it with the code.

Each setting can be given in three places. A flag beats the environment, which beats the file, which beats the default:

    replogd --max-record-bytes 2MiB
    REPLOG_MAX_RECORD_BYTES=2MiB replogd
    replogd --config replog.yaml            # where the file says  max_record_bytes: 2MiB

The file is YAML, one flat map from names to values; the flag `--config` or the variable `REPLOG_CONFIG` names it. A variable
without a value counts as not set. A relative path is relative to where replogd was started. Bytes take the units KiB, MiB, GiB
and TiB, or none; durations take ms, s, m, h or d.

`replogd --check-config`, with the same flags, environment and file, reads all of it and the files it names, prints what would
be in force and where each value comes from, and ends with 0, or with 2 and all that is wrong. 

On SIGHUP replogd reads the file again. Of a setting whose column says `yes` the new value takes effect; of one that says
`contents` the file that it names is read again, while another path needs a restart. When anything is wrong, nothing is changed
and the log says why; it also says what was changed, and what needs a restart. SIGUSR1 sets the log to debug, and back.
)";

const char* NameOf(Reload reload) {
  switch (reload) {
    case Reload::kRestart:
      return "";
    case Reload::kValue:
      return "yes";
    case Reload::kContents:
      return "contents";
  }
  return "";
}

std::string Row(const Setting& setting) {
  const std::string value = setting.show();
  return absl::StrCat("| `", setting.name, "` | ", setting.accepts, " | ",
                      value.empty() ? "" : "`" + value + "`", " | ", NameOf(setting.reload), " | ",
                      setting.help, " |\n");
}

}  // namespace

std::string SettingsPage() {
  std::string page = kIntroduction;
  ServerOptions defaults;
  std::string group;
  for (const Setting& setting : SettingsOf(defaults)) {
    if (setting.group != group) {
      group = setting.group;
      absl::StrAppend(&page, "\n## ", group,
                      "\n\n| name | values | default | reload | what it is |\n|---|---|---|---|---|\n");
    }
    absl::StrAppend(&page, Row(setting));
  }
  return page;
}

}  // namespace replog
