#include "client/table.h"

#include <algorithm>
#include <future>

#include "base/error.h"
#include "base/mutex.h"
#include "client/internal/ask_history.h"
#include "client/internal/subscription_core.h"
#include "client/internal/table_core.h"
#include "client/internal/table_resync.h"

namespace replog::client {
namespace {

SubscriptionOptions OptionsOf(internal::TableSettings settings,
                              const std::shared_ptr<internal::TableCore>& core) {
  SubscriptionOptions options;
  options.log = std::move(settings.log);
  options.table = true;
  options.channels = std::move(settings.channels);
  options.node = std::move(settings.node);
  options.fleet = std::move(settings.fleet);
  options.digests = [core](uint64_t) { return core->Digest().channels; };
  options.watchdog = settings.watchdog;
  options.on_retry = std::move(settings.on_retry);
  options.on_record = [core](const RecordView& record) { core->OnRecord(record); };
  options.on_reset = [core] { core->OnReset(); };
  options.on_frame = [core](const FrameInfo& frame) { core->OnFrame(frame); };
  options.on_end = [core, on_end = std::move(settings.on_end)](const Status& status) {
    core->OnEnd(status);
    if (on_end) on_end(status);
  };
  return options;
}

// Whether a channel is among those that are followed: exact names, or a prefix followed by `*`; none: all.
bool Follows(const std::vector<std::string>& followed, std::string_view channel) {
  return followed.empty() || std::any_of(followed.begin(), followed.end(), [channel](std::string_view name) {
           const bool prefix = name.ends_with('*');
           return prefix ? channel.starts_with(name.substr(0, name.size() - 1)) : channel == name;
         });
}

Status NotFollowed(std::string_view channel) {
  return {StatusCode::kInvalidArgument,
          "channel: \"" + std::string(channel) + "\" is not among the table's `channels`",
          ReasonName(Reason::kInvalidField),
          {{"field", "channel"}, {"value", std::string(channel)}}};
}

}  // namespace

TableBase::TableBase(const Client& client, internal::TableSettings settings)
    : transport_(client.transport_),
      log_(transport_->LogName(settings.log)),
      channels_(settings.channels),
      core_(std::make_shared<internal::TableCore>(settings)),
      resyncing_(std::make_unique<Mutex>()) {
  if (settings.decode) {
    subscription_.emplace(client, OptionsOf(std::move(settings), core_));
  } else {
    core_->OnEnd(
        Status(StatusCode::kInvalidArgument, "decode: is missing; only of std::string there is a default"));
  }
}

TableBase::~TableBase() { core_->Stop(); }

Result<std::vector<std::string>> TableBase::Resync(std::string_view channel) {
  if (!Follows(channels_, channel)) return NotFollowed(channel);
  if (Status ended = status(); !ended.ok()) return ended;
  if (!Ready()) return Status(StatusCode::kFailedPrecondition, "the table is not complete yet");
  const auto stream = subscription_->core_;
  if (stream->InCallback())
    return Status(StatusCode::kFailedPrecondition, "a callback of the table cannot wait for the table");
  const MutexLock lock(*resyncing_);
  const auto in_turn = [&stream](const std::function<void()>& run) {
    const auto done = std::make_shared<std::promise<void>>();
    auto finished = done->get_future();
    stream->PostInTurn([&run, done] {
      run();
      done->set_value();
    });
    finished.wait();
  };
  return internal::TableResync(*transport_, log_, std::string(channel), *core_, in_turn).Run();
}

bool TableBase::Ready() const { return core_->ready(); }
Status TableBase::WaitReady(std::chrono::milliseconds timeout) const { return core_->WaitReady(timeout); }
Status TableBase::WaitUntil(const Position& position, std::chrono::milliseconds timeout) const {
  return core_->WaitUntil(position, timeout, [this](const Position& wanted) {
    return internal::AskHistory(*transport_, log_, wanted);
  });
}
Status TableBase::WaitUntil(uint64_t sequence, std::chrono::milliseconds timeout) const {
  return core_->WaitUntil(sequence, timeout);
}
uint64_t TableBase::applied() const { return core_->applied(); }
std::optional<Position> TableBase::position() const { return core_->position(); }
TableDigests TableBase::Digest() const { return core_->Digest(); }
uint64_t TableBase::size() const { return core_->size(); }
Status TableBase::status() const { return core_->status(); }

internal::TableValue TableBase::Find(std::string_view channel, std::string_view key) const {
  return core_->Find(channel, key);
}

uint64_t TableBase::VisitAll(const Visit& visit) const {
  return core_->ForEach([&visit](std::string_view channel, std::string_view key,
                                 const internal::TableRow& row) { visit(channel, key, row.value); });
}

}  // namespace replog::client
