#include "server/core/cold_reader.h"

namespace replog {

void ColdReader::Read(LogNumber log, Sequence from, Sequence until, size_t max_bytes,
                      const ChannelFilter& filter, Done done) {
  ++waiting_;
  if (!filter.all()) {
    blocking_.Post([this, log, from, until, max_bytes, &filter, done = std::move(done)] {
      auto run = store_.ReadForward(log, from, until, max_bytes, filter);
      --waiting_;
      done(std::move(run));
    });
    return;
  }
  const Place place(log, from);
  {
    MutexLock lock(mutex_);
    auto& waiting = under_way_[place];
    waiting.push_back(std::move(done));
    if (waiting.size() > 1) return;
  }
  blocking_.Post([this, place, until, max_bytes] { ReadShared(place, until, max_bytes); });
}

void ColdReader::ReadShared(Place place, Sequence until, size_t max_bytes) {
  absl::StatusOr<ChunkRun> run = ChunkRun();
  bool found = false;
  {
    MutexLock lock(mutex_);
    if (const auto recent = by_place_.find(place); recent != by_place_.end()) {
      run = recent->second->run;
      found = true;
    }
  }
  if (!found) run = store_.ReadForward(place.first, place.second, until, max_bytes, ChannelFilter());
  std::vector<Done> waiting;
  {
    MutexLock lock(mutex_);
    if (!found && run.ok()) Remember(place, *run);
    const auto entry = under_way_.find(place);
    waiting = std::move(entry->second);
    under_way_.erase(entry);
  }
  waiting_ -= waiting.size();
  for (const Done& done : waiting) done(run);
}

ColdReader::Load ColdReader::load() const {
  MutexLock lock(mutex_);
  return {waiting_, bytes_};
}

void ColdReader::Remember(Place place, const ChunkRun& run) {
  size_t bytes = 0;
  for (const ChunkPtr& chunk : run.chunks) bytes += chunk->encoded().size();
  recent_.push_front({place, run, bytes});
  by_place_[place] = recent_.begin();
  bytes_ += bytes;
  while (bytes_ > recent_bytes_ && !recent_.empty()) {
    bytes_ -= recent_.back().bytes;
    by_place_.erase(recent_.back().place);
    recent_.pop_back();
  }
}

}  // namespace replog
