#include "server/core/lease_record.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace replog {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;

// A duration is decimal seconds with no, three or six digits behind the point, and an `s`.
std::string EncodeDuration(int64_t micros) {
  const auto seconds = static_cast<long long>(micros / kMicrosPerSecond);
  const auto rest = static_cast<int>(micros % kMicrosPerSecond);
  char text[40];
  if (rest == 0) {
    std::snprintf(text, sizeof text, "%llds", seconds);
  } else if (rest % 1000 == 0) {
    std::snprintf(text, sizeof text, "%lld.%03ds", seconds, rest / 1000);
  } else {
    std::snprintf(text, sizeof text, "%lld.%06ds", seconds, rest);
  }
  return text;
}

std::optional<int64_t> DecodeNumber(std::string_view digits) {
  int64_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc() || stopped != end || number < 0) return {};
  return number;
}

// Digits behind microseconds are dropped.
std::optional<int64_t> DecodeDuration(std::string_view text) {
  constexpr int64_t kMostSeconds = 315'576'000'000;  // a duration's range
  if (!text.ends_with('s')) return {};
  text.remove_suffix(1);
  const size_t point = std::min(text.find('.'), text.size());
  std::string fraction(point < text.size() ? text.substr(point + 1) : "0");
  fraction.resize(6, '0');
  const auto seconds = DecodeNumber(text.substr(0, point));
  const auto micros = DecodeNumber(fraction);
  if (!seconds || !micros || *seconds > kMostSeconds) return {};
  return *seconds * kMicrosPerSecond + *micros;
}

}  // namespace

std::string EncodeLeaseRecord(const LeaseRecord& record) {
  nlohmann::ordered_json object{{"holder", record.holder}, {"ttl", EncodeDuration(record.ttl_us)}};
  if (!record.instance.empty()) object["instance"] = record.instance;
  return object.dump();
}

std::optional<LeaseRecord> DecodeLeaseRecord(std::string_view text) {
  // The library tells what is wrong by exceptions alone.
  try {
    const auto object = nlohmann::json::parse(text);
    const auto ttl_us = DecodeDuration(object.at("ttl").get<std::string>());
    if (!ttl_us) return {};
    return LeaseRecord{object.at("holder").get<std::string>(), object.value("instance", std::string()),
                       *ttl_us};
  } catch (const nlohmann::json::exception&) {
    return {};
  }
}

}  // namespace replog
