#include "server/core/call_origin.h"

#include <algorithm>
#include <random>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace replog {
namespace {

constexpr size_t kMaxIdBytes = 128;

bool IsLegal(std::string_view id) {
  const auto legal = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("-_.:/+=").find(c) != std::string_view::npos;
  };
  return !id.empty() && id.size() <= kMaxIdBytes && std::all_of(id.begin(), id.end(), legal);
}

}  // namespace

std::string RequestIdFrom(std::string_view given) {
  if (IsLegal(given)) return std::string(given);
  static thread_local std::mt19937_64 random(std::random_device{}());
  return absl::StrCat(absl::Hex(random(), absl::kZeroPad16));
}

}  // namespace replog
