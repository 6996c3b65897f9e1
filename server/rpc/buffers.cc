#include "server/rpc/buffers.h"

#include <grpcpp/support/slice.h>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace replog {
namespace {

using Owner = std::shared_ptr<const void>;

grpc::Slice Share(Piece piece) {
  // gRPC never writes to what it sends; its interface has no const.
  auto* bytes = const_cast<char*>(piece.bytes.data());
  const auto release = [](void* owner) { delete static_cast<Owner*>(owner); };
  return grpc::Slice(bytes, piece.bytes.size(), release, new Owner(std::move(piece.owner)));
}

absl::Status CheckFieldsKnown(const google::protobuf::Message& message) {
  const auto& reflection = *message.GetReflection();
  if (const auto& unknown = reflection.GetUnknownFields(message); !unknown.empty()) {
    const std::string number = std::to_string(unknown.field(0).number());
    return MakeError(Reason::kUnknownField,
                     absl::StrCat(message.GetDescriptor()->name(), ": has the unknown field number ", number),
                     {{"field", number}});
  }
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const auto* field : fields) {
    // No request repeats messages but Append, which has a parser of its own.
    if (field->message_type() == nullptr || field->is_repeated()) continue;
    if (auto status = CheckFieldsKnown(reflection.GetMessage(message, field)); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

std::string Flatten(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string flat;
  if (!buffer.Dump(&slices).ok()) return flat;
  flat.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices)
    flat.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return flat;
}

grpc::ByteBuffer Concatenate(std::vector<Piece> pieces, const google::protobuf::MessageLite& rest) {
  std::vector<grpc::Slice> slices;
  slices.reserve(pieces.size() + 1);
  for (Piece& piece : pieces) slices.push_back(Share(std::move(piece)));
  if (const std::string encoded = rest.SerializeAsString(); !encoded.empty()) slices.emplace_back(encoded);
  return {slices.data(), slices.size()};
}

absl::Status Parse(const grpc::ByteBuffer& buffer, google::protobuf::Message& message) {
  if (message.ParseFromString(Flatten(buffer))) return CheckFieldsKnown(message);
  return MakeError(Reason::kMalformed, absl::StrCat("request: is not a well-formed ", message.GetTypeName()));
}

}  // namespace replog
