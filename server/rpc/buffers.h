#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "server/core/frame.h"

namespace replog {

// The bytes of a received message, in one piece.
std::string Flatten(const grpc::ByteBuffer& buffer);

// A message to send: shared pieces, then the encoding of what else the message has. Nothing of the pieces is
// copied.
grpc::ByteBuffer Concatenate(std::vector<Piece> pieces, const google::protobuf::MessageLite& rest);

// Parses a received message. MALFORMED; UNKNOWN_FIELD when it or a message within it has a field that this
// version does not know: what a newer client asks for is refused, not passed over.
absl::Status Parse(const grpc::ByteBuffer& buffer, google::protobuf::Message& message);

}  // namespace replog
