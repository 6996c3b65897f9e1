#include "storage/rocks/verifier.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "proto/wire/record_view.h"
#include "proto/wire/varint.h"
#include "storage/rocks/chunk_reader.h"
#include "storage/schema/channel_key.h"

namespace replog {
namespace {

constexpr size_t kMaxListedProblems = 100;
constexpr uint64_t kReportEveryBytes = 16 << 20;

class Verifier {
 public:
  Verifier(const Engine& engine, const ReadRange& range,
           const std::function<bool(const VerifyProgress&)>& report)
      : engine_(engine), range_(range), report_(report), expected_(range.from) {
    progress_.first = range.from;
    progress_.end = range.until;
  }

  absl::Status Run() {
    while (expected_ < range_.until) {
      const auto source = AllChunks(engine_, {range_.log, expected_, range_.until}, Direction::kForward);
      for (; source->Valid(); source->Advance()) {
        CheckChunk(*source);
        if (!ReportNow()) return MakeError(Reason::kCancelled, "the check was cancelled");
      }
      if (source->status().ok()) break;
      // A block that cannot be read: name what it takes with it and go on behind it.
      const Sequence next = ChunkReader(engine_).NextReadable(range_.log, expected_, range_.until);
      AddProblem(expected_, next, std::string(source->status().message()));
      expected_ = next;
    }
    if (expected_ < range_.until) AddProblem(expected_, range_.until, "missing");
    progress_.done = true;
    report_(progress_);
    return absl::OkStatus();
  }

 private:
  void AddProblem(Sequence first, Sequence end, std::string description, std::string channel = "") {
    ++progress_.problem_count;
    if (progress_.problems.size() < kMaxListedProblems) {
      progress_.problems.push_back({first, end, std::move(description), std::move(channel)});
    }
  }

  void CheckChunk(ChunkSource& source) {
    const Sequence first = source.first();
    if (first > expected_) AddProblem(expected_, first, "missing");
    const auto chunk = source.Load();
    if (!chunk.ok()) {
      AddProblem(first, first + 1, std::string(chunk.status().message()));
      expected_ = first + 1;
      return;
    }
    CheckRecords(**chunk);
    ++progress_.chunks;
    progress_.records += (*chunk)->header().count;
    progress_.bytes += (*chunk)->encoded().size();
    expected_ = (*chunk)->end();
  }

  void CheckRecords(const Chunk& chunk) {
    wire::RecordsReader records(chunk.records());
    std::string_view encoded;
    Sequence next = chunk.first();
    std::map<std::string_view, uint64_t> channels;
    for (; records.Next(encoded); ++next) {
      const auto record = wire::DecodeRecord(encoded);
      if (!record || record->sequence != next) {
        AddProblem(next, chunk.end(), "a record does not say its own sequence");
        return;
      }
      ++channels[record->channel];
    }
    if (records.malformed() || next != chunk.end())
      AddProblem(next, chunk.end(), "the chunk's records are not whole");
    for (const auto& [channel, count] : channels) CheckIndex(chunk, channel, count);
  }

  void CheckIndex(const Chunk& chunk, std::string_view channel, uint64_t count) {
    std::string value;
    const auto key = schema::ChannelKey{range_.log, channel, chunk.first()}.Encode();
    const auto found = engine_.db()->Get(rocksdb::ReadOptions(), engine_.channels(), key, &value);
    std::string_view rest = value;
    uint64_t indexed = 0;
    if (found.ok() && wire::TakeVarint(rest, indexed) && indexed == count) return;
    AddProblem(chunk.first(), chunk.end(),
               absl::StrCat("the channel index does not list ", count, " records of channel"),
               std::string(channel));
  }

  bool ReportNow() {
    if (progress_.bytes < next_report_) return true;
    next_report_ = progress_.bytes + kReportEveryBytes;
    return report_(progress_);
  }

  const Engine& engine_;
  const ReadRange range_;
  const std::function<bool(const VerifyProgress&)>& report_;
  VerifyProgress progress_;
  Sequence expected_;
  uint64_t next_report_ = kReportEveryBytes;
};

}  // namespace

absl::Status VerifyLog(const Engine& engine, const ReadRange& range,
                       const std::function<bool(const VerifyProgress&)>& report) {
  return Verifier(engine, range, report).Run();
}

}  // namespace replog
