#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace replog {

// What SIGHUP does for a setting.
enum class Reload : uint8_t {
  kRestart,   // nothing: a new value needs a restart
  kValue,     // brings its new value into force
  kContents,  // reads its file again; a new path needs a restart
};

// One setting of replogd, bound to the field that holds its value. It is declared once (settings.cc); its
// flag, its environment variable, its key in the file, the help, the reference page and the errors all come
// from here.
struct Setting {
  std::string name;     // the key in the file: max_record_bytes
  std::string kind;     // what its value is, in one word for the help: BYTES
  std::string accepts;  // which values, for people: 1KiB to 3MiB
  std::string help;
  std::string group;  // the heading in the help
  Reload reload = Reload::kRestart;
  bool is_switch = false;  // whether the flag alone, without a value, means `true`
  // Takes a value as people write it. An error says what is wrong with the value, without naming the setting.
  std::function<absl::Status(const std::string& text)> set;
  // The value as people write it.
  std::function<std::string()> show;

  std::string Flag() const;      // --max-record-bytes
  std::string Variable() const;  // REPLOG_MAX_RECORD_BYTES
};

// The kinds of settings. Each keeps a reference to its field, which must outlive it.
// Bytes, with a unit if one likes (64MiB).
Setting BytesSetting(std::string name, size_t& bytes, size_t low, size_t high, std::string help);
Setting CountSetting(std::string name, size_t& count, size_t low, size_t high, std::string help);
// A duration with its unit (500ms, 90s, 2h, 30d), kept in microseconds.
Setting DurationSetting(std::string name, int64_t& us, int64_t low_us, int64_t high_us, std::string help);
Setting SwitchSetting(std::string name, bool& on, std::string help);
Setting ChoiceSetting(std::string name, std::string& chosen, std::vector<std::string> choices,
                      std::string help);
// host:port, or one of `words` instead.
Setting AddressSetting(std::string name, std::string& address, std::vector<std::string> words,
                       std::string help);
Setting DirectorySetting(std::string name, std::string& path, std::string help);
// A file that must be there and readable. Nothing stands for none.
Setting FileSetting(std::string name, std::string& path, std::string help);

}  // namespace replog
