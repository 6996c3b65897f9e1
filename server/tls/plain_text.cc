#include "server/tls/plain_text.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/loopback.h"

namespace replog {

absl::Status CheckPlainText(const Listening& listening) {
  if (!IsExposed(listening) || listening.insecure) return absl::OkStatus();
  return MakeError(
      Reason::kInvalidField,
      absl::StrCat(listening.setting, " ", listening.address,
                   " can be reached from other machines, and there is no TLS: give tls_certificate and "
                   "tls_key, listen on 127.0.0.1, or say --insecure for plain text without protection"),
      {{"field", listening.setting}, {"value", listening.address}});
}

bool IsExposed(const Listening& listening) { return !listening.tls && !IsLoopback(listening.address); }

}  // namespace replog
