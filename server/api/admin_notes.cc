#include "server/api/admin_notes.h"

#include <algorithm>

#include "base/error.h"

namespace replog {

void AdminNotes::NoteRefused(const MethodRule& rule, const std::string& principal, const std::string& peer,
                             const absl::Status& why) const {
  const Metadata metadata = MetadataOf(why);
  const auto log = std::ranges::find(metadata, "log", [](const auto& entry) { return entry.first; });
  Note(rule, principal, peer, log == metadata.end() ? "" : log->second, why);
}

void AdminNotes::Note(const MethodRule& rule, const std::string& principal, const std::string& peer,
                      const std::string& log, const absl::Status& outcome) const {
  if (!audit_ || !rule.audited()) return;
  const auto reason = ReasonOf(outcome);
  std::string name = outcome.ok() ? "OK" : "INTERNAL";
  if (reason) name = ReasonName(*reason);
  audit_({principal, peer, std::string(rule.method), log, name});
}

}  // namespace replog
