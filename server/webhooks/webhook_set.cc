#include "server/webhooks/webhook_set.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "server/webhooks/webhooks_file.h"

namespace replog {
namespace {

constexpr size_t kMaxFileBytes = 1 << 20;

absl::StatusOr<std::string> ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxFileBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad())
    return absl::InvalidArgumentError(absl::StrCat(path.string(), ": cannot be read"));
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kMaxFileBytes)
    return absl::InvalidArgumentError(
        absl::StrCat(path.string(), ": is larger than ", kMaxFileBytes, " bytes"));
  return text;
}

absl::StatusOr<std::string> ReadVariable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value != nullptr) return std::string(value);
  return absl::InvalidArgumentError(absl::StrCat("the environment has no ", name));
}

absl::StatusOr<std::vector<Webhook>> ReadWebhooks(const std::string& path) {
  const auto text = ReadFile(path);
  if (!text.ok()) return text.status();
  const auto folder = std::filesystem::path(path).parent_path();
  const SecretSource secrets{.file = [&folder](const std::string& file) { return ReadFile(folder / file); },
                             .environment = ReadVariable};
  return ParseWebhooks(*text, path, secrets);
}

}  // namespace

absl::Status WebhookSet::Load(const std::string& path) {
  ByName webhooks;
  if (!path.empty()) {
    const auto parsed = ReadWebhooks(path);
    if (!parsed.ok()) return parsed.status();
    for (const Webhook& webhook : *parsed) {
      auto usage = UsageOf(webhook.name);
      if (usage == nullptr) usage = std::make_shared<Usage>(PrincipalOf(webhook), clock_);
      usage->SetLimits({.requests_per_second = webhook.requests_per_second});
      webhooks.emplace(webhook.name, Entry{std::make_shared<const Webhook>(webhook), std::move(usage)});
    }
  }
  MutexLock lock(mutex_);
  webhooks_.swap(webhooks);
  return absl::OkStatus();
}

std::shared_ptr<const Webhook> WebhookSet::Find(std::string_view name) const {
  MutexLock lock(mutex_);
  const auto found = webhooks_.find(name);
  return found == webhooks_.end() ? nullptr : found->second.webhook;
}

absl::Status WebhookSet::Admit(std::string_view name) const {
  const auto usage = UsageOf(name);
  return usage == nullptr ? absl::OkStatus() : usage->Admit(0);
}

std::shared_ptr<Usage> WebhookSet::UsageOf(std::string_view name) const {
  MutexLock lock(mutex_);
  const auto found = webhooks_.find(name);
  return found == webhooks_.end() ? nullptr : found->second.usage;
}

}  // namespace replog
