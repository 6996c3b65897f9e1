#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace replog::client {

// The digest of what a copy of one channel's table holds: the same on every copy that has the same rows, and
// on the server. ChannelDigest in replication_log.proto defines it for any language; this is version 1.
struct ChannelDigest {
  std::string channel;
  // How many keys it covers: those that are not deleted.
  uint64_t keys = 0;
  std::array<uint8_t, 32> digest{};

  // The digest as 64 hexadecimal digits, first byte first.
  std::string Hex() const;
  bool operator==(const ChannelDigest&) const = default;
};

// What a copy of a table holds at one moment. Two copies of the same history are equal if and only if their
// digests at the same `applied` are.
struct TableDigests {
  // Everything before this sequence is in them.
  uint64_t applied = 0;
  // Of each channel that has live keys, by name.
  std::vector<ChannelDigest> channels;

  bool operator==(const TableDigests&) const = default;
};

}  // namespace replog::client
