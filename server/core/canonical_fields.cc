#include "server/core/canonical_fields.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace replog {

namespace {

absl::Status Expect(wire::WireType type, const wire::Field& field, const std::string& path) {
  if (field.type == type) return absl::OkStatus();
  return MakeError(Reason::kMalformed, absl::StrCat(path, ": has the wrong wire type"), {{"field", path}});
}

}  // namespace

absl::Status ExpectBytes(const wire::Field& field, const std::string& path) {
  return Expect(wire::WireType::kBytes, field, path);
}

absl::Status ExpectVarint(const wire::Field& field, const std::string& path) {
  return Expect(wire::WireType::kVarint, field, path);
}

absl::Status NotUtf8(const std::string& path) {
  return MakeError(Reason::kInvalidField, absl::StrCat(path, ": is not UTF-8"), {{"field", path}});
}

absl::Status TooLarge(const std::string& path, const char* unit, size_t limit, size_t value) {
  return MakeError(Reason::kTooLarge,
                   absl::StrCat(path, ": has ", value, " ", unit, ", the limit is ", limit),
                   {{"field", path}, {"limit", std::to_string(limit)}, {"value", std::to_string(value)}});
}

}  // namespace replog
