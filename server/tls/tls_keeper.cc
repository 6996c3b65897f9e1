#include "server/tls/tls_keeper.h"

#include "absl/strings/str_cat.h"

namespace replog {
namespace {

constexpr int64_t kDayUs = 86'400LL * 1'000'000;

}  // namespace

absl::StatusOr<std::unique_ptr<TlsKeeper>> TlsKeeper::Open(TlsFiles files, Clock& clock, Tell tell) {
  std::unique_ptr<TlsKeeper> keeper(new TlsKeeper(std::move(files), clock, std::move(tell)));
  MutexLock lock(keeper->look_mutex_);
  keeper->seen_ = ReadTlsFiles(keeper->files_);
  if (const auto status = keeper->TakeUp(keeper->seen_); !status.ok()) return status;
  keeper->TellOfExpiry();
  return keeper;
}

TlsKeeper::TlsKeeper(TlsFiles files, Clock& clock, Tell tell)
    : files_(std::move(files)), clock_(clock), tell_(std::move(tell)) {}

std::shared_ptr<const TlsMaterial> TlsKeeper::Current() const {
  MutexLock lock(mutex_);
  return current_;
}

void TlsKeeper::Look() {
  MutexLock lock(look_mutex_);
  Read(/*asked=*/false);
  TellOfExpiry();
}

void TlsKeeper::Reload() {
  MutexLock lock(look_mutex_);
  Read(/*asked=*/true);
  TellOfExpiry();
}

void TlsKeeper::Read(bool asked) {
  auto texts = ReadTlsFiles(files_);
  const bool same = texts == seen_;
  if (!asked && same && !refused_) return;
  seen_ = std::move(texts);
  const absl::Status status = TakeUp(seen_);
  refused_ = !status.ok();
  // What was refused is tried again, for it may be good by now: a certificate begins at its time. That is
  // told once.
  if (!asked && same && refused_) return;
  const auto current = Current();
  if (status.ok()) {
    tell_(TlsNews::kLoaded, absl::StrCat(current->subject, ", serial ", current->serial));
  } else {
    tell_(TlsNews::kRefused,
          absl::StrCat(status.message(), "; the certificate with serial ", current->serial, " stays in use"));
  }
}

absl::Status TlsKeeper::TakeUp(const absl::StatusOr<TlsTexts>& texts) {
  if (!texts.ok()) return texts.status();
  auto material = CheckTls(files_, *texts, clock_.WallMicros());
  if (!material.ok()) return material.status();
  MutexLock lock(mutex_);
  current_ = *std::move(material);
  warn_again_us_ = 0;
  return absl::OkStatus();
}

void TlsKeeper::TellOfExpiry() {
  const int64_t now_us = clock_.WallMicros();
  if (now_us < warn_again_us_) return;
  const auto warning = ExpiryWarning(files_, *Current(), now_us);
  if (!warning) return;
  warn_again_us_ = now_us + kDayUs;
  tell_(TlsNews::kExpiring, *warning);
}

}  // namespace replog
