#include "server/core/producer_registrar.h"

#include <atomic>
#include <random>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/utf8.h"
#include "server/core/producer_record.h"

namespace replog {
namespace {

// Of a full roster so many go at once: looking for them takes a look at all.
constexpr size_t kForgottenShare = 100;

// Who may wait for one name.
constexpr size_t kMaxWaiting = 100;

// 63 bits, which every language has.
ProducerId RandomId() {
  std::random_device random;
  const auto id = (static_cast<uint64_t>(random()) << 32 | random()) >> 1;
  return id == 0 ? 1 : id;
}

absl::Status Unknown(const std::string& name) {
  return MakeError(Reason::kUnknownProducer,
                   absl::StrCat("name: no producer \"", Excerpt(name), "\" is registered at this log"),
                   {{"field", "name"}});
}

absl::Status Fenced(const RegisteredProducer& producer) {
  return MakeError(
      Reason::kProducerFenced,
      absl::StrCat("instance: another registered as producer \"", Excerpt(producer.name), "\" since"),
      {{"field", "instance"}, {"epoch", std::to_string(producer.epoch)}});
}

absl::Status TooMany(size_t limit) {
  return MakeError(
      Reason::kTooManyProducers,
      absl::StrCat(
          "name: the log has ", limit,
          " producers, which is the limit, and none is known not to have been used within the last hour"),
      {{"field", "name"}, {"limit", std::to_string(limit)}});
}

}  // namespace

absl::StatusOr<std::shared_ptr<ProducerRegistrar>> ProducerRegistrar::Open(const Options& options,
                                                                           const LogRegistry& logs,
                                                                           SystemLog& system_log,
                                                                           LogStore& store, Clock& clock,
                                                                           TrustedClock& trusted_clock) {
  std::shared_ptr<ProducerRegistrar> registrar(
      new ProducerRegistrar(options, system_log, store, clock, trusted_clock));
  if (auto status = registrar->Load(logs); !status.ok()) return status;
  return registrar;
}

absl::Status ProducerRegistrar::Load(const LogRegistry& logs) {
  const auto records = system_log_.Load(std::string(kProducersChannel));
  if (!records.ok()) return records.status();
  const auto by_uuid = logs.AllByUuid();
  for (const SystemRecord& stored : *records) {
    const auto record = DecodeProducerRecord(stored.text);
    const auto log = by_uuid.find(LogUuidOf(stored.key));
    if (!record) {
      return MakeError(Reason::kCorruptChunk, absl::StrCat("log _system: record ", stored.sequence,
                                                           " is no registration of a producer"));
    }
    if (log != by_uuid.end()) {
      log->second->producers().Put({record->id, record->name, record->epoch, record->epoch, record->instance,
                                    stored.sequence, record->registered_us});
    } else {
      // Its log was deleted, and the server killed before its producers were.
      system_log_.Remove(kProducersChannel, stored.key);
    }
  }
  return absl::OkStatus();
}

void ProducerRegistrar::Register(const LogPtr& log, const Request& request, Done done) {
  MakeRoom(log);
  Waiting waiting{request, std::move(done)};
  bool full = false;
  {
    MutexLock lock(mutex_);
    const auto [entry, free] = busy_.try_emplace(KeyOf(log->uuid(), request.name));
    full = entry->second.size() >= kMaxWaiting;
    if (!free && !full) {
      entry->second.push_back(std::move(waiting));
      return;
    }
  }
  if (!full) return Begin(log, std::move(waiting));
  waiting.done(MakeError(Reason::kBusy, "name: too many register under it at once; nothing was written"));
}

void ProducerRegistrar::Begin(const LogPtr& log, Waiting waiting) {
  const auto producer = Next(*log, waiting.request);
  if (producer.ok()) return Write(log, *producer, std::move(waiting.done));
  waiting.done(producer.status());
  End(log, waiting.request.name);
}

absl::StatusOr<RegisteredProducer> ProducerRegistrar::Next(Log& log, const Request& request) {
  if (log.deleted) return MakeError(Reason::kLogNotFound, "log: it was deleted");
  auto known = log.producers().Find(request.name);
  if (request.renew && !known) return Unknown(request.name);
  if (request.renew && known->instance != request.instance) return Fenced(*known);
  // It may have been forgotten this moment, to make room for another; then it is a new one.
  // In a restored copy it is higher than any that the store it was copied of gave out since.
  const auto epoch = known ? log.producers().TryNext(known->id, FirstOfOrigin(log.epoch())) : std::nullopt;
  if (request.renew && !epoch) return Unknown(request.name);
  if (!epoch && log.producers().size() >= options_.max_producers) return TooMany(options_.max_producers);
  RegisteredProducer producer;
  producer.id = epoch ? known->id : RandomId();
  producer.name = request.name;
  producer.epoch = producer.tried = epoch.value_or(1);
  producer.instance = request.instance;
  producer.used_us = clock_.WallMicros();
  return producer;
}

void ProducerRegistrar::Write(const LogPtr& log, const RegisteredProducer& producer, Done done) {
  const ProducerRecord record{log->name(),    producer.name,     producer.id,
                              producer.epoch, producer.instance, producer.used_us};
  system_log_.Write({std::string(kProducersChannel), KeyOf(log->uuid(), producer.name),
                     EncodeProducerRecord(record), std::nullopt},
                    [self = shared_from_this(), log, producer,
                     done = std::move(done)](const absl::StatusOr<Sequence>& written) mutable {
                      done(self->OnWritten(*log, producer, written));
                      self->End(log, producer.name);
                    });
}

absl::StatusOr<ProducerRegistrar::Registered> ProducerRegistrar::OnWritten(
    Log& log, RegisteredProducer producer, const absl::StatusOr<Sequence>& written) {
  if (!written.ok()) return written.status();
  producer.record = *written;
  log.producers().Put(producer);
  // From here on nothing of an older epoch is taken, and what was taken is in the store: groups are committed
  // one after the other, and this is told between two.
  const auto state = store_.FindProducer(log.number(), producer.id);
  if (!state.ok()) return state.status();
  return Registered{producer.id, producer.epoch, state->next};
}

void ProducerRegistrar::End(const LogPtr& log, const std::string& name) {
  Waiting next;
  {
    MutexLock lock(mutex_);
    const auto entry = busy_.find(KeyOf(log->uuid(), name));
    if (entry->second.empty()) {
      busy_.erase(entry);
      return;
    }
    next = std::move(entry->second.front());
    entry->second.pop_front();
  }
  Begin(log, std::move(next));
}

void ProducerRegistrar::MakeRoom(const LogPtr& log) {
  if (log->producers().size() < options_.max_producers) return;
  const auto now_us = trusted_clock_.Now();
  if (!now_us) return;
  const int64_t before_us = *now_us - options_.kept_us;
  // Those that looked idle may all turn out not to be; then come the next.
  for (size_t round = 0; round < kForgottenShare; ++round) {
    auto idle = log->producers().Idle(before_us, options_.max_producers / kForgottenShare + 1);
    if (idle.empty()) return;
    std::erase_if(idle, [&](const RegisteredProducer& producer) {
      return !IsIdle(*log, producer, before_us) || !log->producers().RemoveUnused(producer);
    });
    if (!idle.empty()) return Forget(log, idle);
  }
}

// What the roster does not know of is what the producer appended before the server was started.
bool ProducerRegistrar::IsIdle(Log& log, const RegisteredProducer& producer, int64_t before_us) {
  const auto state = store_.FindProducer(log.number(), producer.id);
  if (!state.ok()) return false;
  if (state->time_us < before_us) return true;
  log.producers().Use(producer.id, state->time_us);
  return false;
}

void ProducerRegistrar::Forget(const LogPtr& log, const std::vector<RegisteredProducer>& producers) {
  // Their states go only once all registrations are gone for good: a producer that is registered and has no
  // state could append again what it has appended.
  struct Progress {
    std::atomic<size_t> left;
    std::atomic<bool> failed{false};
    std::vector<ProducerId> ids;
  };
  auto progress = std::make_shared<Progress>();
  progress->left = producers.size();
  for (const RegisteredProducer& producer : producers) progress->ids.push_back(producer.id);
  for (const RegisteredProducer& producer : producers) {
    Delete(*log, producer,
           [self = shared_from_this(), log, progress](const absl::StatusOr<Sequence>& deleted) {
             if (!deleted.ok()) progress->failed = true;
             if (--progress->left > 0 || progress->failed || log->deleted) return;
             // What remains of them when this fails is a few bytes that nobody looks at.
             self->store_.ForgetProducers(log->number(), progress->ids).IgnoreError();
           });
  }
}

void ProducerRegistrar::Delete(const Log& log, const RegisteredProducer& producer, SystemLog::Done done) {
  system_log_.Write({std::string(kProducersChannel), KeyOf(log.uuid(), producer.name), std::nullopt,
                     SystemLog::Expected{producer.record}},
                    std::move(done));
}

void ProducerRegistrar::ForgetLog(Log& log) {
  // One that fails is met again at the next start.
  for (const RegisteredProducer& producer : log.producers().All()) {
    log.producers().Remove(producer.id);
    Delete(log, producer, [](const auto&) {});
  }
}

}  // namespace replog
