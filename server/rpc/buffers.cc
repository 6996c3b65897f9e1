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

absl::Status Parse(const grpc::ByteBuffer& buffer, google::protobuf::MessageLite& message) {
  if (message.ParseFromString(Flatten(buffer))) return absl::OkStatus();
  return MakeError(Reason::kMalformed, absl::StrCat("request: is not a well-formed ", message.GetTypeName()));
}

}  // namespace replog
