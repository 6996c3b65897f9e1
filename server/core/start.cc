#include "server/core/start.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "proto/wire/record_view.h"

namespace replog {

absl::Status TrimmedAway(Sequence next, Sequence first_kept) {
  return MakeError(Reason::kBelowFirstKept,
                   absl::StrCat("record ", next, " was trimmed away; the log begins at ", first_kept),
                   {{"first_kept_sequence", std::to_string(first_kept)}});
}

absl::StatusOr<Sequence> CheckKept(Sequence next, const Log& log) {
  const Sequence first_kept = log.tail().first_kept();
  const Sequence end = log.tail().committed_end();
  if (next < first_kept) return TrimmedAway(next, first_kept);
  if (next > end) {
    return MakeError(
        Reason::kPastTheEnd, absl::StrCat("from_sequence: ", next, " is past the log's end ", end),
        {{"field", "from_sequence"}, {"value", std::to_string(next)}, {"end_sequence", std::to_string(end)}});
  }
  return next;
}

absl::StatusOr<Sequence> FindTime(const Log& log, LogStore& store, Sequence from, Sequence end,
                                  int64_t time_us) {
  auto first = store.FindChunk(log.number(), from, end, [&](Sequence, const Chunk::Header& header) {
    return header.last_time_us >= time_us;
  });
  if (!first.ok() || *first >= end) return first;
  const auto run = store.ReadForward(log.number(), *first, *first + 1, 1, ChannelFilter());
  if (!run.ok()) return run.status();
  if (run->chunks.empty()) return *first;  // trimmed away meanwhile; a reader that begins there is told so
  wire::RecordsReader records(run->chunks.front()->records());
  std::string_view encoded;
  while (records.Next(encoded)) {
    const auto record = wire::DecodeRecord(encoded);
    if (record && record->time_us >= time_us) return std::max(from, record->sequence);
  }
  return std::max(from, run->chunks.front()->end());
}

absl::StatusOr<Sequence> ResolveStart(const Start& start, const Log& log, LogStore& store) {
  struct Resolve {
    const Log& log;
    LogStore& store;
    absl::StatusOr<Sequence> operator()(const FromBeginning&) const { return log.tail().first_kept(); }
    absl::StatusOr<Sequence> operator()(const FromCursor&) const { return log.tail().first_kept(); }
    absl::StatusOr<Sequence> operator()(const FromEnd&) const { return log.tail().committed_end(); }
    absl::StatusOr<Sequence> operator()(const FromSequence& from) const {
      return CheckKept(from.sequence, log);
    }
    absl::StatusOr<Sequence> operator()(const FromPosition& from) const {
      if (auto status = log.CheckPosition(from.position); !status.ok()) return status;
      return CheckKept(from.position.next_sequence, log);
    }
    absl::StatusOr<Sequence> operator()(const FromTime& from) const {
      for (;;) {
        const Sequence first_kept = log.tail().first_kept();
        auto found = FindTime(log, store, first_kept, log.tail().committed_end(), from.time_us);
        // What was trimmed away during the search is no damage.
        if (found.ok() || log.tail().first_kept() == first_kept) return found;
      }
    }
  };
  return std::visit(Resolve{log, store}, start);
}

}  // namespace replog
