#include "server/core/page.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/error.h"
#include "proto/wire/record_view.h"

namespace replog {
namespace {

// How much is read from the store at a time.
constexpr size_t kSliceBytes = 256 << 10;
// How much is looked at for one page: a filter that nothing matches must not keep a thread for the length of
// the log.
constexpr size_t kMaxExaminedBytes = 64 << 20;

struct Entry {
  Sequence sequence;
  std::string_view bytes;  // with tag and length
};

class PageReader {
 public:
  PageReader(const PageRequest& request, const Log& log, LogStore& store)
      : request_(request), log_(log), store_(store) {
    page_.committed_end = log.tail().committed_end();
    page_.first_kept = log.tail().first_kept();
  }

  absl::StatusOr<Page> Forward(Sequence from) {
    page_.next = from;
    while (GoOn() && page_.next < page_.committed_end) {
      const auto run =
          store_.ReadForward(log_.number(), page_.next, page_.committed_end, kSliceBytes, request_.filter);
      if (log_.deleted) return Deleted();
      // What was trimmed away during the read is missing from it, and must not be passed over in silence.
      if (page_.next < log_.tail().first_kept()) return CheckKept(page_.next, log_).status();
      // Damage is told of by the page that begins with it.
      if (!run.ok() && count_ > 0) break;
      if (!run.ok()) return run.status();
      for (const ChunkPtr& chunk : run->chunks) {
        for (const Entry& entry : Matching(*chunk, page_.next, page_.committed_end)) {
          if (!Add(entry)) break;
          page_.next = entry.sequence + 1;
        }
        if (full_) break;
      }
      if (!full_) page_.next = std::max(page_.next, run->next);
    }
    page_.at_end = page_.next >= page_.committed_end;
    return std::move(page_);
  }

  absl::StatusOr<Page> Backward(Sequence before) {
    page_.next = before;
    while (GoOn() && page_.next > page_.first_kept) {
      const auto run =
          store_.ReadBackward(log_.number(), page_.first_kept, page_.next, kSliceBytes, request_.filter);
      if (log_.deleted) return Deleted();
      // What was trimmed away during the read is missing from it, which is no damage.
      const bool trimmed = std::exchange(page_.first_kept, log_.tail().first_kept()) != page_.first_kept;
      if (!run.ok() && trimmed) continue;
      // Damage is told of by the page that begins with it.
      if (!run.ok() && count_ > 0) break;
      if (!run.ok()) return run.status();
      for (const ChunkPtr& chunk : run->chunks) {
        const auto entries = Matching(*chunk, page_.first_kept, page_.next);
        for (auto entry = entries.rbegin(); entry != entries.rend() && Add(*entry); ++entry) {
          page_.next = entry->sequence;
        }
        if (full_) break;
      }
      if (!full_) page_.next = std::min(page_.next, run->next);
    }
    page_.at_end = page_.next <= page_.first_kept;
    return std::move(page_);
  }

 private:
  bool GoOn() const { return !full_ && examined_bytes_ < kMaxExaminedBytes; }

  static absl::Status Deleted() { return MakeError(Reason::kLogNotFound, "the log was deleted"); }

  // The records of a chunk in [from, until) that match.
  std::vector<Entry> Matching(const Chunk& chunk, Sequence from, Sequence until) {
    examined_bytes_ += chunk.encoded().size();
    std::vector<Entry> entries;
    wire::RecordsReader reader(chunk.records());
    std::string_view encoded;
    const char* begin = reader.rest().data();
    for (Sequence sequence = chunk.first(); sequence < until && reader.Next(encoded); ++sequence) {
      const char* const end = reader.rest().data();
      if (sequence >= from && (request_.filter.all() || request_.filter.Matches(wire::ChannelOf(encoded)))) {
        entries.push_back({sequence, {begin, static_cast<size_t>(end - begin)}});
      }
      begin = end;
    }
    return entries;
  }

  // False when the page is full and the record not on it.
  bool Add(const Entry& entry) {
    full_ = count_ == request_.max_records ||
            (count_ > 0 && page_.records.size() + entry.bytes.size() > request_.max_bytes);
    if (full_) return false;
    page_.records.append(entry.bytes);
    ++count_;
    return true;
  }

  const PageRequest& request_;
  const Log& log_;
  LogStore& store_;
  Page page_;
  uint32_t count_ = 0;
  size_t examined_bytes_ = 0;
  bool full_ = false;
};

}  // namespace

absl::StatusOr<Page> ReadPage(const PageRequest& request, const Log& log, LogStore& store) {
  const Start from = request.start.value_or(request.backward ? Start(FromEnd()) : Start(FromBeginning()));
  const auto start = ResolveStart(from, log, store);
  if (!start.ok()) return start.status();
  PageReader reader(request, log, store);
  return request.backward ? reader.Backward(*start) : reader.Forward(*start);
}

}  // namespace replog
