#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace replog {

// A member of 64 bits, which protobuf's JSON mapping has as text, since not every language has such numbers;
// 0 when it is not there. Throws when it is no number, as the library does.
inline uint64_t JsonNumber(const nlohmann::ordered_json& object, const char* name) {
  return std::stoull(object.value(name, std::string("0")));
}

}  // namespace replog
