#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "server/tls/tls_material.h"

namespace replog {

// What becomes of the certificates while the server runs.
enum class TlsNews : uint8_t {
  kLoaded,    // connections from now on get what was read
  kRefused,   // the files are no good; what was there before stays
  kExpiring,  // less than 30 days are left
};

// Keeps what the TLS files say, and takes up what they say anew. Thread-safe.
class TlsKeeper {
 public:
  // Called under no lock, on the thread that looked.
  using Tell = std::function<void(TlsNews, const std::string&)>;

  // Errors: as ReadTlsFiles and CheckTls. `clock` must outlive the keeper.
  static absl::StatusOr<std::unique_ptr<TlsKeeper>> Open(TlsFiles files, Clock& clock, Tell tell);

  // For one new connection; those that are open keep what they began with.
  std::shared_ptr<const TlsMaterial> Current() const TSA_EXCLUDES(mutex_);

  // Reads the files and takes them up if they are good. Tells what came of it when they differ from what was
  // read last, and once a day that the end is near. For every few seconds: it only compares what is the same.
  void Look() TSA_EXCLUDES(look_mutex_, mutex_);
  // The same, and tells in any case.
  void Reload() TSA_EXCLUDES(look_mutex_, mutex_);

 private:
  TlsKeeper(TlsFiles files, Clock& clock, Tell tell);
  void Read(bool asked) TSA_REQUIRES(look_mutex_) TSA_EXCLUDES(mutex_);
  absl::Status TakeUp(const absl::StatusOr<TlsTexts>& texts) TSA_REQUIRES(look_mutex_) TSA_EXCLUDES(mutex_);
  void TellOfExpiry() TSA_REQUIRES(look_mutex_) TSA_EXCLUDES(mutex_);

  const TlsFiles files_;
  Clock& clock_;
  const Tell tell_;
  // One look at a time.
  Mutex look_mutex_;
  // What the last look found, good or bad.
  absl::StatusOr<TlsTexts> seen_ TSA_GUARDED_BY(look_mutex_);
  bool refused_ TSA_GUARDED_BY(look_mutex_) = false;
  int64_t warn_again_us_ TSA_GUARDED_BY(look_mutex_) = 0;
  mutable Mutex mutex_;
  std::shared_ptr<const TlsMaterial> current_ TSA_GUARDED_BY(mutex_);
};

}  // namespace replog
