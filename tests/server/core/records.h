#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/error.h"
#include "server/core/append_request.h"
#include "server/core/frame.h"
#include "storage/model/chunk.h"

// What the core's tests make and take apart.
namespace replog::testing {

// An encoded NewRecord.
std::string NewRecord(const std::string& channel, const std::string& text);

// A record with a key, of channel `c`.
struct Keyed {
  std::string key;
  std::optional<std::string> text;  // nullopt: a tombstone
  std::optional<uint64_t> version = std::nullopt;
  std::optional<int64_t> expires_us = std::nullopt;
};
std::string NewRecord(const Keyed& record);

// An encoded AppendRequest of such records.
std::string EncodeRequest(const std::vector<std::string>& new_records, const std::string& log = "");

// The same, found good.
AppendRequest MakeRequest(const std::vector<std::string>& new_records, const std::string& log = "default");

// A record as it came out.
struct Seen {
  Sequence sequence = 0;
  int64_t time_us = 0;
  std::string channel;
  std::string text;
  std::string key;
  bool deleted = false;
  std::optional<uint64_t> version;
  std::optional<int64_t> expires_us;
};

// Takes concatenated `records` fields apart; fails the test when they are malformed.
std::vector<Seen> Decode(std::string_view records);
std::vector<Seen> Decode(const Frame& frame);
std::vector<Sequence> SequencesOf(const std::vector<Seen>& records);

// The bytes of a frame's records.
std::string BytesOf(const Frame& frame);

// One chunk of log number 1: records first, first+1, … with these channels; each text is its sequence's
// digits.
ChunkPtr MakeChunk(Sequence first, const std::vector<std::string>& channels, Epoch epoch = 1,
                   int64_t time_us = 1'000'000, size_t text_bytes = 0);

// The metadata of an error, by name; empty when it has none of that name.
std::string MetadataValue(const absl::Status& status, const std::string& name);

// The wire name of an error's reason; the status as text when it has none.
std::string ReasonText(const absl::Status& status);

}  // namespace replog::testing
