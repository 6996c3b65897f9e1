#pragma once

#include <string>

#include "tests/support/temp_directory.h"

namespace replog::testing {

// Certificates of the test's own, made with the openssl command: files NAME.pem and NAME.key in a temporary
// directory. Every function throws std::runtime_error, with what openssl said, when it does not succeed.
class Certificates {
 public:
  std::string Pem(const std::string& name) const { return directory_ / (name + ".pem"); }
  std::string Key(const std::string& name) const { return directory_ / (name + ".key"); }

  // One that signs itself and may sign others.
  void MakeAuthority(const std::string& name) const;
  // One that `authority` signs, for `names` as openssl takes them: "DNS:localhost,IP:127.0.0.1". Less than no
  // days: it is over.
  void Make(const std::string& name, const std::string& authority, const std::string& names,
            int days = 365) const;

 private:
  TempDirectory directory_;
};

}  // namespace replog::testing
