#include "server/auth/access_control.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/auth/access_file.h"
#include "server/auth/token.h"

namespace replog {
namespace {

Caller MakeAnonymous(Clock& clock) {
  return {std::make_shared<const Principal>(Anonymous()), std::make_shared<const Identity>(),
          std::make_shared<Usage>(std::string(kAnonymous), clock)};
}

}  // namespace

AccessControl::AccessControl(Clock& clock) : clock_(clock), anonymous_(MakeAnonymous(clock)) {}

absl::StatusOr<std::unique_ptr<AccessControl>> AccessControl::Open(std::string access_file, Clock& clock) {
  auto access = std::make_unique<AccessControl>(clock);
  access->access_file_ = std::move(access_file);
  if (auto status = access->Reload(); !status.ok()) return status;
  return access;
}

absl::StatusOr<Caller> AccessControl::Identify(const Credentials& credentials) const {
  Identity identity;
  if (credentials.authorization.empty()) {
    identity.certificate_names = credentials.certificate_names;
  } else if (const auto token = BearerToken(credentials.authorization)) {
    identity.token = DigestOf(*token);
  }
  return CallerOf(std::move(identity));
}

absl::StatusOr<Caller> AccessControl::CallerOf(Identity identity) const {
  std::shared_ptr<const Directory> directory;
  {
    MutexLock lock(mutex_);
    directory = directory_;
  }
  if (directory == nullptr) return anonymous_;
  auto principal = directory->Find(identity, clock_.WallMicros());
  if (!principal.ok()) return principal.status();
  MutexLock lock(mutex_);
  const auto usage = usage_.find((*principal)->name);
  // Gone by a reload just now, which the next call finds out.
  auto counts = usage != usage_.end() ? usage->second : std::make_shared<Usage>((*principal)->name, clock_);
  return Caller(*std::move(principal), std::make_shared<const Identity>(std::move(identity)),
                std::move(counts));
}

absl::Status AccessControl::Reload() {
  if (access_file_.empty()) return absl::OkStatus();
  auto principals = ReadAccessFile(access_file_);
  if (!principals.ok()) return principals.status();
  Replace(*std::move(principals));
  return absl::OkStatus();
}

void AccessControl::Replace(std::vector<Principal> principals) {
  const auto directory = std::make_shared<const Directory>(std::move(principals));
  {
    MutexLock lock(mutex_);
    std::map<std::string, std::shared_ptr<Usage>> usage;
    for (const auto& principal : directory->principals()) {
      auto& counts = usage_[principal->name];
      if (counts == nullptr) counts = std::make_shared<Usage>(principal->name, clock_);
      counts->SetLimits(principal->limits);
      usage[principal->name] = counts;
    }
    usage_ = std::move(usage);
    directory_ = directory;
  }
  RecheckAll();
}

std::unique_ptr<AccessControl::Watch> AccessControl::WatchGrants(
    const Caller& caller, StillGranted still_granted, std::function<void(const absl::Status&)> on_revoked) {
  if (caller.name() == kAnonymous) return nullptr;
  auto watched = std::make_shared<Watched>();
  watched->principal = caller.name();
  watched->identity = caller.identity();
  watched->still_granted = std::move(still_granted);
  watched->on_revoked = std::move(on_revoked);
  uint64_t id = 0;
  {
    MutexLock lock(mutex_);
    id = next_id_++;
    watched_[id] = watched;
  }
  std::unique_ptr<Watch> watch(new Watch(*this, id));
  // A reload between the caller's identification and now did not find it.
  Recheck(*watched);
  return watch;
}

absl::Status AccessControl::Judge(const Watched& watched) const {
  const auto now = CallerOf(watched.identity);
  if (!now.ok()) return now.status();
  const absl::Status status =
      now->name() == watched.principal
          ? watched.still_granted(*now)
          : MakeError(Reason::kPermissionDenied, "its credential is another principal's now",
                      {{"principal", watched.principal}});
  if (status.ok()) return status;
  return MakeError(Reason::kGrantRevoked, absl::StrCat("the grant was taken away: ", status.message()),
                   MetadataOf(status));
}

void AccessControl::Recheck(Watched& watched) const {
  const absl::Status status = Judge(watched);
  if (!status.ok() && !watched.ended.exchange(true)) watched.on_revoked(status);
}

void AccessControl::RecheckAll() {
  std::vector<std::shared_ptr<Watched>> all;
  {
    MutexLock lock(mutex_);
    for (const auto& [id, watched] : watched_) all.push_back(watched);
  }
  for (const auto& watched : all) Recheck(*watched);
}

void AccessControl::Remove(uint64_t id) {
  MutexLock lock(mutex_);
  watched_.erase(id);
}

}  // namespace replog
