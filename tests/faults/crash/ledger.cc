#include "tests/faults/crash/ledger.h"

#include <algorithm>

namespace replog::testing {
namespace {

constexpr size_t kKeptFailures = 20;

std::string Text(const LoadId& id) {
  return "record " + std::to_string(id.number) + " of producer " + std::to_string(id.producer);
}

}  // namespace

void Failures::Add(std::string what) {
  MutexLock lock(mutex_);
  if (++count_ <= kKeptFailures) text_ += what + "\n";
}

std::string Failures::Text() const {
  MutexLock lock(mutex_);
  return count_ <= kKeptFailures ? text_ : text_ + "… " + std::to_string(count_) + " in all\n";
}

void Ledger::Acknowledged(const LoadId& first_record, uint64_t first) {
  MutexLock lock(mutex_);
  LoadId id = first_record;
  for (uint32_t i = 0; i < first_record.batch_count; ++i, ++id.number)
    Place(first + i, id, "an acknowledgement");
}

void Ledger::Seen(const v1::Record& record) {
  const auto id = IdentifyLoadRecord(seed_, record);
  if (!id)
    return failures_.Add(log_ + ": the record at " + std::to_string(record.sequence()) + " was changed");
  MutexLock lock(mutex_);
  Place(record.sequence(), *id, "a reader");
}

void Ledger::Place(uint64_t sequence, const LoadId& id, const char* who) {
  const std::string where =
      log_ + ": " + who + " was told that " + std::to_string(sequence) + " is " + Text(id);
  if (sequence >= records_.size()) records_.resize(sequence + 1);
  LoadId& known = records_[sequence];
  if (known.batch_count == 0) known = id;
  if (known != id) failures_.Add(where + ", but it was " + Text(known));
  auto& places = places_[id.producer];
  if (id.number >= places.size()) places.resize(id.number + 1);
  uint64_t& place = places[id.number];
  if (place == 0) place = sequence + 1;
  if (place != sequence + 1) failures_.Add(where + ", which is at " + std::to_string(place - 1));
}

void Ledger::CheckBatches(uint64_t first, uint64_t end) {
  MutexLock lock(mutex_);
  for (uint64_t at = first; at < end; ++at) {
    const LoadId& id = records_.at(at);
    const uint64_t batch = at - (id.number - id.batch_first);
    const bool begins = batch < records_.size() && records_[batch].number == id.batch_first;
    const uint64_t last = batch + id.batch_count - 1;
    const bool ends = last < end && records_[last].number == id.batch_first + id.batch_count - 1;
    if (!begins || !ends || records_[batch].producer != id.producer ||
        records_[last].producer != id.producer) {
      failures_.Add(log_ + ": the batch of the record at " + std::to_string(at) + " is not whole");
    }
  }
}

void Ledger::CheckComplete(uint32_t producer, uint64_t records) {
  MutexLock lock(mutex_);
  auto& places = places_[producer];
  places.resize(std::max<size_t>(places.size(), records));
  for (uint64_t number = 0; number < places.size(); ++number) {
    if (places[number] == 0) failures_.Add(log_ + ": nobody knows where " + Text({producer, number}) + " is");
  }
  if (places.size() != records) failures_.Add(log_ + ": there are records that were not sent");
}

uint64_t Ledger::end() const {
  MutexLock lock(mutex_);
  return records_.size();
}

}  // namespace replog::testing
