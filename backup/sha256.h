#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace replog {

// The SHA-256 of what is added, piece by piece. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void Add(std::string_view data);
  // 64 digits of lower-case hexadecimal. Nothing can be added after it.
  std::string Hex();

 private:
  struct Context;
  const std::unique_ptr<Context> context_;
};

}  // namespace replog
