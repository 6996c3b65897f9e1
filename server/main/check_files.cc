#include "server/main/check_files.h"

#include <vector>

#include "absl/strings/str_join.h"
#include "base/clock.h"
#include "server/auth/access_file.h"
#include "server/webhooks/webhook_set.h"

namespace replog {
namespace {

absl::Status CheckCertificates(const TlsFiles& files) {
  if (!files.on()) return absl::OkStatus();
  auto texts = ReadTlsFiles(files);
  if (!texts.ok()) return texts.status();
  return CheckTls(files, *std::move(texts), SystemClock().WallMicros()).status();
}

absl::Status CheckAccess(const std::string& path) {
  return path.empty() ? absl::OkStatus() : ReadAccessFile(path).status();
}

absl::Status CheckWebhooks(const std::string& path) {
  WebhookSet judged;
  return judged.Load(path);
}

}  // namespace

absl::Status CheckFiles(const ServerOptions& options) {
  std::vector<std::string> problems;
  for (const absl::Status& status : {CheckCertificates(options.tls), CheckAccess(options.access_file),
                                     CheckWebhooks(options.webhooks_file)}) {
    if (!status.ok()) problems.emplace_back(status.message());
  }
  return problems.empty() ? absl::OkStatus() : absl::InvalidArgumentError(absl::StrJoin(problems, "\n"));
}

}  // namespace replog
