#pragma once

#include <functional>
#include <memory>

#include "server/core/timer_queue.h"
#include "server/rpc/tls_credentials.h"
#include "server/tls/tls_keeper.h"

namespace replog {

// The certificates as replogd keeps them: what becomes of them goes to the log.

// Null when TLS is off.
absl::StatusOr<std::unique_ptr<TlsKeeper>> OpenTls(const TlsFiles& files);

// What listeners ask for each connection; empty without a keeper, which must outlive it.
TlsSource SourceOf(const TlsKeeper* keeper);

// When the certificate that is served ends, in microseconds since 1970; empty without a keeper.
std::function<int64_t()> CertificateEnd(const TlsKeeper* keeper);

// Looks at the files every two seconds for as long as what it returns lives; null without a keeper.
std::shared_ptr<Timed> WatchTls(TimerQueue& timers, Clock& clock, TlsKeeper* keeper);

}  // namespace replog
