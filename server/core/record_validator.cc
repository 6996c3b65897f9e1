#include "server/core/record_validator.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/utf8.h"
#include "server/core/canonical_fields.h"
#include "server/core/names.h"

namespace replog {
namespace {

namespace rf = wire::record_field;

absl::string_view Abseil(std::string_view text) { return {text.data(), text.size()}; }

// The names of fields that are refused, for the error.
std::string_view NameOf(uint32_t number) {
  switch (number) {
    case rf::kSequence:
      return "sequence";
    case rf::kTime:
      return "time";
    case rf::kKey:
      return "key";
    case rf::kDeleted:
      return "deleted";
    case rf::kVersion:
      return "version";
    case rf::kProducer:
      return "producer";
    case rf::kLease:
      return "lease";
    default:
      return "";
  }
}

}  // namespace

std::string RecordValidator::Path(std::string_view field) const {
  return absl::StrCat("records[", index_, "]", field.empty() ? "" : ".", Abseil(field));
}

absl::Status RecordValidator::Check(std::string_view encoded, size_t index) {
  index_ = index;
  seen_ = 0;
  deleted_ = false;
  header_bytes_ = 0;
  header_names_.clear();
  if (encoded.size() > limits_.record_bytes)
    return TooLarge(Path(""), "bytes", limits_.record_bytes, encoded.size());
  CanonicalFields fields(encoded);
  wire::Field field;
  while (fields.Next(field)) {
    if (auto status = CheckField(field); !status.ok()) return status;
  }
  if (fields.malformed())
    return MakeError(Reason::kMalformed, absl::StrCat(Path(""), ": is not a well-formed record"));
  if (!Seen(rf::kChannel)) return CheckChannelName("", Path("channel"), limits_);
  return CheckTogether();
}

absl::Status RecordValidator::CheckTogether() {
  keyed_ |= Seen(rf::kKey);
  const auto invalid = [&](std::string_view field, const char* why) {
    return MakeError(Reason::kInvalidField, absl::StrCat(Path(field), ": ", why), {{"field", Path(field)}});
  };
  if (deleted_ && !Seen(rf::kKey)) return invalid("deleted", "a tombstone needs a key");
  if (deleted_ && Seen(rf::kText)) return invalid("deleted", "a tombstone has no text and no payload");
  if (Seen(rf::kVersion) && !Seen(rf::kKey))
    return invalid("version", "is of a key's value, and there is no key");
  if (Seen(rf::kExpires) && !Seen(rf::kKey))
    return invalid("expires", "is of a key's value, and there is no key");
  if (Seen(rf::kExpires) && deleted_) return invalid("expires", "a tombstone does not expire");
  versioned_ &= !Seen(rf::kKey) || Seen(rf::kVersion);
  return absl::OkStatus();
}

absl::Status RecordValidator::CheckField(const wire::Field& field) {
  switch (field.number) {
    case rf::kChannel:
      return CheckChannel(field);
    case rf::kText:
    case rf::kPayload:
      return CheckBody(field);
    case rf::kHeaders:
      return CheckHeader(field);
    case rf::kSequence:
    case rf::kTime:
    case rf::kProducer:
    case rf::kLease:
      return MakeError(Reason::kServerOwnedField,
                       absl::StrCat(Path(NameOf(field.number)), ": only the server sets this field"),
                       {{"field", Path(NameOf(field.number))}});
    case rf::kKey:
      return CheckKeyField(field);
    case rf::kDeleted:
      return CheckDeleted(field);
    case rf::kVersion:
      if (auto status = ExpectVarint(field, Path("version")); !status.ok()) return status;
      return Once(rf::kVersion, "version");
    case rf::kId:
      return CheckIdField(field);
    case rf::kExpires:
      return CheckExpiresField(field);
    default:
      return MakeError(Reason::kUnknownField,
                       absl::StrCat(Path(""), ": has the unknown field number ", field.number),
                       {{"field", Path(std::to_string(field.number))}});
  }
}

absl::Status RecordValidator::Once(uint32_t number, std::string_view name) {
  if (Seen(number)) {
    return MakeError(Reason::kDuplicateField, absl::StrCat(Path(name), ": is given twice"),
                     {{"field", Path(name)}});
  }
  seen_ |= 1u << number;
  return absl::OkStatus();
}

absl::Status RecordValidator::CheckChannel(const wire::Field& field) {
  if (auto status = ExpectBytes(field, Path("channel")); !status.ok()) return status;
  if (auto status = Once(rf::kChannel, "channel"); !status.ok()) return status;
  if (field.bytes == good_channel_ && !good_channel_.empty()) return absl::OkStatus();
  if (auto status = CheckChannelName(field.bytes, Path("channel"), limits_); !status.ok()) return status;
  good_channel_ = field.bytes;
  return absl::OkStatus();
}

absl::Status RecordValidator::CheckKeyField(const wire::Field& field) {
  if (auto status = ExpectBytes(field, Path("key")); !status.ok()) return status;
  if (auto status = Once(rf::kKey, "key"); !status.ok()) return status;
  return CheckKey(field.bytes, Path("key"), limits_);
}

absl::Status RecordValidator::CheckDeleted(const wire::Field& field) {
  if (auto status = ExpectVarint(field, Path("deleted")); !status.ok()) return status;
  if (auto status = Once(rf::kDeleted, "deleted"); !status.ok()) return status;
  if (field.value > 1)
    return MakeError(Reason::kMalformed, absl::StrCat(Path("deleted"), ": is neither true nor false"));
  deleted_ = field.value == 1;
  return absl::OkStatus();
}

absl::Status RecordValidator::CheckIdField(const wire::Field& field) {
  if (auto status = ExpectBytes(field, Path("id")); !status.ok()) return status;
  if (auto status = Once(rf::kId, "id"); !status.ok()) return status;
  identified_ = true;
  return CheckId(field.bytes, Path("id"), limits_);
}

absl::Status RecordValidator::CheckExpiresField(const wire::Field& field) {
  if (auto status = ExpectBytes(field, Path("expires")); !status.ok()) return status;
  if (auto status = Once(rf::kExpires, "expires"); !status.ok()) return status;
  const auto expires_us = ParseExpires(field.bytes, Path("expires"));
  if (!expires_us.ok()) return expires_us.status();
  if (!expires_) expires_.emplace();
  expires_->Add(*expires_us);
  return absl::OkStatus();
}

absl::Status RecordValidator::CheckBody(const wire::Field& field) {
  const bool text = field.number == rf::kText;
  if (field.type != wire::WireType::kBytes) return ExpectBytes(field, Path(text ? "text" : "payload"));
  // text and payload are one oneof: whichever comes second would silently win.
  if (auto status = Once(rf::kText, "text or payload"); !status.ok()) return status;
  if (text && !IsUtf8(field.bytes)) return NotUtf8(Path("text"));
  return absl::OkStatus();
}

absl::Status RecordValidator::CheckHeader(const wire::Field& entry) {
  if (auto status = ExpectBytes(entry, Path("headers")); !status.ok()) return status;
  std::string_view parts[2];  // name, value
  bool given[2] = {false, false};
  CanonicalFields fields(entry.bytes);
  wire::Field field;
  while (fields.Next(field)) {
    if (field.number != 1 && field.number != 2) {
      return MakeError(
          Reason::kUnknownField,
          absl::StrCat(Path("headers"), ": an entry has the unknown field number ", field.number),
          {{"field", Path("headers")}});
    }
    if (auto status = ExpectBytes(field, Path("headers")); !status.ok()) return status;
    if (std::exchange(given[field.number - 1], true)) {
      return MakeError(Reason::kDuplicateField,
                       absl::StrCat(Path("headers"), ": an entry has two names or values"),
                       {{"field", Path("headers")}});
    }
    parts[field.number - 1] = field.bytes;
  }
  if (fields.malformed())
    return MakeError(Reason::kMalformed, absl::StrCat(Path("headers"), ": is not a well-formed entry"));
  return AddHeader(parts[0], parts[1]);
}

absl::Status RecordValidator::AddHeader(std::string_view name, std::string_view value) {
  if (name.empty()) {
    return MakeError(Reason::kInvalidField, absl::StrCat(Path("headers"), ": a header has no name"),
                     {{"field", Path("headers")}});
  }
  if (!IsUtf8(name) || !IsUtf8(value)) return NotUtf8(Path("headers"));
  if (std::find(header_names_.begin(), header_names_.end(), name) != header_names_.end()) {
    return MakeError(Reason::kDuplicateField,
                     absl::StrCat(Path("headers"), ": \"", Excerpt(name), "\" is given twice"),
                     {{"field", Path("headers")}});
  }
  header_names_.push_back(name);
  header_bytes_ += name.size() + value.size();
  if (header_names_.size() > limits_.headers) {
    return TooLarge(Path("headers"), "headers", limits_.headers, header_names_.size());
  }
  if (header_bytes_ > limits_.header_bytes) {
    return TooLarge(Path("headers"), "bytes", limits_.header_bytes, header_bytes_);
  }
  return absl::OkStatus();
}

}  // namespace replog
