#include "server/core/expires_field.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/core/canonical_fields.h"
#include "server/core/json_time.h"

namespace replog {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kMaxExpiryUs = kMaxExpiryDays * 86'400 * kMicrosPerSecond;

namespace timestamp_field {
constexpr uint32_t kSeconds = 1, kNanos = 2;
}

// What a Timestamp can be: the years 1 to 9999.
constexpr int64_t kFirstSecond = -62'135'596'800;
constexpr int64_t kLastSecond = 253'402'300'799;
constexpr int64_t kLastNano = 999'999'999;

absl::Status Invalid(const std::string& path, std::string_view why, Metadata metadata = {}) {
  metadata.emplace_back("field", path);
  return MakeError(Reason::kInvalidField, path + ": " + std::string(why), metadata);
}

absl::Status NotAtThatTime(const std::string& path, int64_t expires_us, std::string_view why,
                           int64_t now_us) {
  const std::string value = ToJsonTime(expires_us);
  const std::string now = ToJsonTime(now_us);
  return Invalid(path,
                 value + " is " + std::string(why) + " the server's time " + now + "; nothing was written",
                 {{"value", value}, {"server_time", now}});
}

}  // namespace

absl::StatusOr<int64_t> ParseExpires(std::string_view encoded, const std::string& path) {
  int64_t parts[3] = {};  // by field number
  bool seen[3] = {};
  CanonicalFields fields(encoded);
  wire::Field field;
  while (fields.Next(field)) {
    if (field.number != timestamp_field::kSeconds && field.number != timestamp_field::kNanos) {
      return MakeError(Reason::kUnknownField,
                       absl::StrCat(path, ": has the unknown field number ", field.number),
                       {{"field", path}});
    }
    if (auto status = ExpectVarint(field, path); !status.ok()) return status;
    if (std::exchange(seen[field.number], true)) {
      return MakeError(Reason::kDuplicateField, absl::StrCat(path, ": its seconds or nanos are given twice"),
                       {{"field", path}});
    }
    parts[field.number] = static_cast<int64_t>(field.value);
  }
  if (fields.malformed())
    return MakeError(Reason::kMalformed, absl::StrCat(path, ": is not well-formed"), {{"field", path}});
  const int64_t seconds = parts[timestamp_field::kSeconds];
  const int64_t nanos = parts[timestamp_field::kNanos];
  if (seconds < kFirstSecond || seconds > kLastSecond || nanos < 0 || nanos > kLastNano) {
    return Invalid(path, absl::StrCat("is not a Timestamp: ", seconds, " seconds and ", nanos, " nanos"));
  }
  return seconds * kMicrosPerSecond + nanos / 1'000;
}

absl::Status CheckExpires(int64_t expires_us, const std::string& path, int64_t now_us) {
  if (expires_us <= now_us) return NotAtThatTime(path, expires_us, "not after", now_us);
  if (expires_us - now_us > kMaxExpiryUs) {
    return NotAtThatTime(path, expires_us, absl::StrCat("more than ", kMaxExpiryDays, " days after"), now_us);
  }
  return absl::OkStatus();
}

}  // namespace replog
