#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "proto/wire/fields.h"

namespace replog {

// A FieldReader that takes a varint longer than it needs to be as malformed: some clients refuse such tags
// and lengths, and what is stored must be readable by all.
class CanonicalFields {
 public:
  explicit CanonicalFields(std::string_view message) : fields_(message) {}

  bool Next(wire::Field& field) {
    const size_t before = fields_.rest().size();
    if (malformed_ || !fields_.Next(field)) return false;
    const size_t used = before - fields_.rest().size();
    malformed_ = used != wire::VarintSize(wire::Tag(field.number, field.type)) + BodySize(field);
    return !malformed_;
  }
  bool malformed() const { return malformed_ || fields_.malformed(); }

 private:
  static size_t BodySize(const wire::Field& field) {
    if (field.type == wire::WireType::kVarint) return wire::VarintSize(field.value);
    if (field.type == wire::WireType::kBytes)
      return wire::VarintSize(field.bytes.size()) + field.bytes.size();
    return field.bytes.size();
  }

  wire::FieldReader fields_;
  bool malformed_ = false;
};

// Errors that the parsers of requests share.
absl::Status ExpectBytes(const wire::Field& field, const std::string& path);
absl::Status ExpectVarint(const wire::Field& field, const std::string& path);
absl::Status NotUtf8(const std::string& path);
absl::Status TooLarge(const std::string& path, const char* unit, size_t limit, size_t value);

}  // namespace replog
