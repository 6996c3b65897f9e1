#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace replog::client {

// The gRPC status codes, by their numbers on the wire.
enum class StatusCode : uint8_t {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

// The name in upper case, as in "OUT_OF_RANGE".
std::string_view StatusCodeName(StatusCode code);

// Reasons that this library gives itself. The server's are in the README, for example "BELOW_FIRST_KEPT",
// "FORKED".
namespace reason {
inline constexpr std::string_view kUnreachable = "UNREACHABLE";  // no connection: nothing was sent
inline constexpr std::string_view kNotSent = "NOT_SENT";         // a record that never left the producer
inline constexpr std::string_view kWouldBlock = "WOULD_BLOCK";   // the producer's window is full
inline constexpr std::string_view kProtocol = "PROTOCOL";        // the server broke the contract
inline constexpr std::string_view kLeaseLost = "LEASE_LOST";  // not renewed before its holder's term was over
inline constexpr std::string_view kCancelled = "CANCELLED";   // the application ended it
}  // namespace reason

// How a call ended.
//
// Thread Safety: a value; const members may be called from many threads.
class [[nodiscard]] Status {
 public:
  using Metadata = std::map<std::string, std::string>;

  // Success.
  Status() = default;
  // `reason` is for programs: switch on it and not on the message. Empty when the error carried none.
  Status(StatusCode code, std::string message, std::string_view reason = {}, Metadata metadata = {})
      : code_(code), message_(std::move(message)), reason_(reason), metadata_(std::move(metadata)) {}

  bool ok() const { return code_ == StatusCode::kOk; }
  StatusCode code() const { return code_; }
  const std::string& message() const { return message_; }
  const std::string& reason() const { return reason_; }
  // Facts that the reason calls for, for example {"first_kept_sequence", "1200"}.
  const Metadata& metadata() const { return metadata_; }

  // The server's request not to try again before this time has passed.
  std::optional<std::chrono::milliseconds> retry_delay() const { return retry_delay_; }
  void set_retry_delay(std::chrono::milliseconds delay) { retry_delay_ = delay; }

  // "OUT_OF_RANGE (BELOW_FIRST_KEPT): …" or "OK".
  std::string ToString() const;

 private:
  StatusCode code_ = StatusCode::kOk;
  std::string message_;
  std::string reason_;
  Metadata metadata_;
  std::optional<std::chrono::milliseconds> retry_delay_;
};

// A value, or the error that stands in its place.
//
// Thread Safety: as that of T.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}  // NOLINT: implicit, so that a function returns either
  // `error` must not be OK.
  Result(Status error) : status_(std::move(error)) {}  // NOLINT

  bool ok() const { return value_.has_value(); }
  // OK when there is a value.
  const Status& status() const { return status_; }

  // Only when ok().
  const T& value() const& { return *value_; }
  T& value() & { return *value_; }
  T&& value() && { return *std::move(value_); }
  const T& operator*() const { return *value_; }
  const T* operator->() const { return &*value_; }
  T* operator->() { return &*value_; }

 private:
  Status status_;
  std::optional<T> value_;
};

}  // namespace replog::client
