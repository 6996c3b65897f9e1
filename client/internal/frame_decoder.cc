#include "client/internal/frame_decoder.h"

namespace replog::client::internal {
namespace {

// Field numbers of SubscribeResponse.
constexpr uint32_t kNextSequence = 2, kCommittedEnd = 3, kCaughtUp = 4, kAcknowledge = 5, kTableComplete = 6,
                   kPosition = 7, kDigestCheckpoint = 9;

}  // namespace

bool TakeTrailerField(const wire::Field& field, FrameTrailer& trailer) {
  switch (field.number) {
    case kNextSequence:
      trailer.next_sequence = field.value;
      return field.type == wire::WireType::kVarint;
    case kCommittedEnd:
      trailer.committed_end = field.value;
      return field.type == wire::WireType::kVarint;
    case kCaughtUp:
      trailer.caught_up = field.value != 0;
      return field.type == wire::WireType::kVarint;
    case kAcknowledge:
      trailer.acknowledge = field.value != 0;
      return field.type == wire::WireType::kVarint;
    case kDigestCheckpoint:
      trailer.digest_checkpoint = field.value;
      return field.type == wire::WireType::kVarint;
    case kTableComplete:
      trailer.table_complete = field.value != 0;
      return field.type == wire::WireType::kVarint;
    case kPosition: {
      v1::Position position;  // rare: in the first frame and after a new epoch
      if (field.type != wire::WireType::kBytes) return false;
      if (!position.ParseFromArray(field.bytes.data(), static_cast<int>(field.bytes.size()))) return false;
      trailer.position = FromProto(position);
      return true;
    }
    default:
      return true;  // of a newer server
  }
}

}  // namespace replog::client::internal
