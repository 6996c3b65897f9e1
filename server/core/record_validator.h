#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "proto/wire/fields.h"
#include "server/core/expires_field.h"
#include "server/core/limits.h"

namespace replog {

// Checks encoded NewRecords, whose bytes become part of the log: one that a strict client could not parse
// would break every reader for ever. So: every string is UTF-8; every singular field, the body and every
// header name occurs at most once; no field is unknown, the server's own or not built yet; varints are as
// short as they can be. One for each request; not thread-safe.
class RecordValidator {
 public:
  explicit RecordValidator(const Limits& limits) : limits_(limits) {}

  // `index` is the record's place in the request, for the error. `encoded` must outlive the validator.
  absl::Status Check(std::string_view encoded, size_t index);

  // Whether any of the records checked so far has a key, an id; whether all that have a key have a version.
  bool keyed() const { return keyed_; }
  bool identified() const { return identified_; }
  bool versioned() const { return versioned_; }
  // When those expire that do.
  const std::optional<ExpiryBounds>& expires() const { return expires_; }

 private:
  absl::Status CheckField(const wire::Field& field);
  absl::Status CheckChannel(const wire::Field& field);
  absl::Status CheckKeyField(const wire::Field& field);
  absl::Status CheckDeleted(const wire::Field& field);
  absl::Status CheckIdField(const wire::Field& field);
  absl::Status CheckExpiresField(const wire::Field& field);
  // What fields say of each other.
  absl::Status CheckTogether();
  absl::Status CheckBody(const wire::Field& field);
  absl::Status CheckHeader(const wire::Field& field);
  absl::Status AddHeader(std::string_view name, std::string_view value);
  bool Seen(uint32_t number) const { return (seen_ & 1u << number) != 0; }
  absl::Status Once(uint32_t number, std::string_view name);
  std::string Path(std::string_view field) const;

  const Limits& limits_;
  // The last channel that was found good: batches are mostly of one.
  std::string_view good_channel_;
  bool keyed_ = false;
  bool identified_ = false;
  bool versioned_ = true;
  std::optional<ExpiryBounds> expires_;
  // Of the record at hand.
  size_t index_ = 0;
  uint32_t seen_ = 0;  // bit n: field n occurred
  bool deleted_ = false;
  size_t header_bytes_ = 0;
  std::vector<std::string_view> header_names_;
};

}  // namespace replog
