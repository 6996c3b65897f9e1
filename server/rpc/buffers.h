#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/message_lite.h"
#include "server/core/frame.h"

namespace replog {

// The bytes of a received message, in one piece.
std::string Flatten(const grpc::ByteBuffer& buffer);

// A message to send: shared pieces, then the encoding of what else the message has. Nothing of the pieces is
// copied.
grpc::ByteBuffer Concatenate(std::vector<Piece> pieces, const google::protobuf::MessageLite& rest);

// Parses a received message. MALFORMED.
absl::Status Parse(const grpc::ByteBuffer& buffer, google::protobuf::MessageLite& message);

}  // namespace replog
