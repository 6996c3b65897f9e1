#include "client/table.h"

#include "client/internal/table_core.h"

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
  options.on_end = [core](const Status& status) { core->OnEnd(status); };
  return options;
}

}  // namespace

TableBase::TableBase(const Client& client, internal::TableSettings settings)
    : core_(std::make_shared<internal::TableCore>(settings)) {
  if (settings.decode) {
    subscription_.emplace(client, OptionsOf(std::move(settings), core_));
  } else {
    core_->OnEnd(
        Status(StatusCode::kInvalidArgument, "decode: is missing; only of std::string there is a default"));
  }
}

TableBase::~TableBase() { core_->Stop(); }

bool TableBase::Ready() const { return core_->ready(); }
Status TableBase::WaitReady(std::chrono::milliseconds timeout) const { return core_->WaitReady(timeout); }
Status TableBase::WaitUntil(const Position& position, std::chrono::milliseconds timeout) const {
  return core_->WaitUntil(position, timeout);
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
