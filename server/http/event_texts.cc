#include "server/http/event_texts.h"

#include "absl/strings/str_cat.h"
#include "proto/wire/record_view.h"
#include "replog/v1/replication_log.pb.h"
#include "server/http/answers.h"
#include "server/http/json.h"
#include "server/http/resume_id.h"

namespace replog {
namespace {

std::string RecordText(const Position& after, std::string_view encoded) {
  v1::Record record;
  record.ParseFromArray(encoded.data(), static_cast<int>(encoded.size()));
  return absl::StrCat("id: ", ToResumeId(after), "\ndata: ", ToJson(record), "\n\n");
}

}  // namespace

std::string BookmarkText(const Position& position) {
  return absl::StrCat(": bookmark\nid: ", ToResumeId(position), "\n\n");
}

std::string CaughtUpText(const Frame& frame, const Position& position) {
  return absl::StrCat("event: caught_up\nid: ", ToResumeId(position), "\ndata: {\"nextSequence\":\"",
                      frame.next_sequence, "\",\"committedEnd\":\"", frame.committed_end, "\"}\n\n");
}

std::string EndText(const absl::Status& status) {
  return absl::StrCat("event: end\ndata: ", ErrorAnswer(status).body, "\n");
}

http::SharedBytes EventTexts::Of(const Log& log, const Frame& frame) {
  const bool shared = frame.record_count <= kMaxSharedRecords;
  http::SharedBytes only;
  std::string joined;
  for (const Piece& piece : frame.records) {
    wire::RecordsReader records(piece.bytes);
    for (std::string_view encoded; records.Next(encoded);) {
      if (shared && frame.record_count == 1) return OfRecord(log, encoded);
      const auto sequence = wire::DecodeRecord(encoded)->sequence;
      joined += shared ? *OfRecord(log, encoded) : RecordText(log.PositionAt(sequence + 1), encoded);
    }
  }
  return joined.empty() ? nullptr : std::make_shared<const std::string>(std::move(joined));
}

http::SharedBytes EventTexts::OfRecord(const Log& log, std::string_view encoded) {
  const Sequence sequence = wire::DecodeRecord(encoded)->sequence;
  const Position after = log.PositionAt(sequence + 1);
  const Key key{log.number(), after.epoch, sequence};
  {
    MutexLock lock(mutex_);
    const Slot& slot = slots_[sequence % kSlots];
    if (slot.key == key && slot.text != nullptr) return slot.text;
  }
  auto text = std::make_shared<const std::string>(RecordText(after, encoded));
  if (text->size() > kMaxKeptBytes) return text;
  MutexLock lock(mutex_);
  slots_[sequence % kSlots] = {key, text};
  return text;
}

}  // namespace replog
