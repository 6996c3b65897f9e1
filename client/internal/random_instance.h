#pragma once

#include <cstdio>
#include <random>
#include <string>

namespace replog::client::internal {

// 128 bits that nobody else has, as text: what tells users of one name apart.
inline std::string RandomInstance() {
  std::random_device random;
  char text[33];
  std::snprintf(text, sizeof text, "%08x%08x%08x%08x", random(), random(), random(), random());
  return text;
}

}  // namespace replog::client::internal
