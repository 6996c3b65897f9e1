#include "server/core/settings_keeper.h"

#include <future>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/core/settings_record.h"

namespace replog {

absl::Status SettingsKeeper::Load() {
  MutexLock lock(mutex_);
  const auto records = system_log_.Load(std::string(kLogsChannel));
  if (!records.ok()) return records.status();
  auto without = logs_.AllByUuid();
  without.erase(system_log_.log()->uuid());
  for (const SystemRecord& stored : *records) {
    const auto record = DecodeSettingsRecord(stored.text);
    if (!record) {
      return MakeError(Reason::kCorruptChunk, absl::StrCat("record ", stored.sequence,
                                                           " of log \"_system\" is not a log's settings"));
    }
    const auto log = without.find(stored.key);
    if (log == without.end()) {
      // Its log was deleted, and the server killed before this was.
      system_log_.Remove(kLogsChannel, stored.key);
      continue;
    }
    if (auto status = Apply(*log->second, record->settings); !status.ok()) return status;
    without.erase(log);
  }
  // On a full disk this fails, and the server is to start all the same.
  for (const auto& [uuid, log] : without) Write(*log, log->descriptor().settings).IgnoreError();
  return absl::OkStatus();
}

void SettingsKeeper::WriteDown(const Log& log) {
  MutexLock lock(mutex_);
  Write(log, log.descriptor().settings).IgnoreError();
}

absl::Status SettingsKeeper::Update(Log& log, const Change& change) {
  MutexLock lock(mutex_);
  if (log.deleted) return MakeError(Reason::kLogNotFound, "log: was deleted by somebody else");
  const auto settings = change(log.descriptor().settings);
  if (!settings.ok()) return settings.status();
  if (auto status = Write(log, *settings); !status.ok()) return status;
  return Apply(log, *settings);
}

void SettingsKeeper::ForgetLog(const Log& log) { system_log_.Remove(kLogsChannel, log.uuid()); }

absl::Status SettingsKeeper::Write(const Log& log, const LogSettings& settings) {
  std::promise<absl::Status> written;
  system_log_.Write(
      {std::string(kLogsChannel), log.uuid(), EncodeSettingsRecord({log.name(), settings}), {}},
      [&written](const absl::StatusOr<Sequence>& sequence) { written.set_value(sequence.status()); });
  return written.get_future().get();
}

absl::Status SettingsKeeper::Apply(Log& log, const LogSettings& settings) {
  LogDescriptor descriptor = log.descriptor();
  if (descriptor.settings == settings) return absl::OkStatus();
  descriptor.settings = settings;
  return committer_.Run([&] {
    log.set_settings(settings);
    return store_.UpdateLog(descriptor);
  });
}

}  // namespace replog
