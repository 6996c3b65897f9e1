#pragma once

#include "google/protobuf/message.h"
#include "google/protobuf/unknown_field_set.h"

namespace replog::testing {

// Whether a parsed message has fields that its .proto does not.
inline bool HasUnknownFields(const google::protobuf::Message& message) {
  return !message.GetReflection()->GetUnknownFields(message).empty();
}

}  // namespace replog::testing
