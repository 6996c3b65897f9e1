#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace replog {

// A key that a webhook's sender shares with us. Its bytes are wiped when it goes, and it is never shown:
// there is no way to print it.
class Secret {
 public:
  explicit Secret(std::string_view bytes) : bytes_(bytes) {}
  ~Secret();
  // Never moved: the bytes of a short string stay in what it is moved from.
  Secret(const Secret& other) = default;
  Secret& operator=(const Secret&) = delete;

  std::string_view bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

enum class SecretEncoding : uint8_t {
  kText,    // the bytes as they are written
  kBase64,  // with or without the `whsec_` that Standard Webhooks puts before it
};

// A secret as a file or an environment variable has it; white space around it is not part of it. An error
// tells what is wrong with it, and nothing of what it is.
absl::StatusOr<Secret> DecodeSecret(std::string text, SecretEncoding encoding);

// Overwrites what `text` holds, so that it is not found in memory later, and empties it.
void Wipe(std::string& text);

}  // namespace replog
