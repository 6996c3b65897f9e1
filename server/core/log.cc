#include "server/core/log.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/utf8.h"

namespace replog {

Log::Log(const StoredLog& stored, size_t tail_bytes)
    : writer(stored),
      last_time_us(stored.last_time_us),
      bytes_before_end(stored.bytes_before_end),
      number_(stored.descriptor.number),
      name_(stored.descriptor.name),
      uuid_(stored.descriptor.uuid),
      lineage_(stored.descriptor.lineage),
      tail_(tail_bytes, stored.first_kept, stored.end),
      descriptor_(stored.descriptor),
      epochs_(stored.epochs) {}

LogDescriptor Log::descriptor() const {
  MutexLock lock(mutex_);
  return descriptor_;
}

void Log::set_settings(const LogSettings& settings) {
  MutexLock lock(mutex_);
  descriptor_.settings = settings;
}

Epoch Log::epoch() const {
  MutexLock lock(mutex_);
  return epochs_.current();
}

Position Log::PositionAt(Sequence next) const {
  MutexLock lock(mutex_);
  return {uuid_, descriptor_.lineage, epochs_.EpochBefore(next), next};
}

absl::Status Log::CheckPosition(const Position& position) const {
  const Sequence end = tail_.committed_end();
  MutexLock lock(mutex_);
  if (position.log_uuid != uuid_) {
    return MakeError(Reason::kWrongLog,
                     absl::StrCat("from_position: is of log ", Excerpt(position.log_uuid), ", but log \"",
                                  name_, "\" is ", uuid_),
                     {{"log_uuid", uuid_}});
  }
  // Whatever its lineage: log and copies share the history before the fork, and each counts its epochs in an
  // origin of its own behind it. So the epoch tells whether the record before is one of ours.
  return epochs_.Check(position.epoch, position.next_sequence, end);
}

void Log::Reopened(const StoredLog& stored) {
  if (stored.end < tail_.committed_end()) {
    // The store has lost what readers have seen. No answer to them can be right any more.
    std::fprintf(stderr, "log %s: the store ends at %llu after recovery, but %llu records were committed\n",
                 name_.c_str(), static_cast<unsigned long long>(stored.end),
                 static_cast<unsigned long long>(tail_.committed_end()));
    std::abort();
  }
  writer = Writer(stored);
  last_time_us = stored.last_time_us;
  bytes_before_end = stored.bytes_before_end;
  MutexLock lock(mutex_);
  epochs_ = stored.epochs;
}

}  // namespace replog
