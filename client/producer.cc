#include "client/producer.h"

#include "client/internal/producer_core.h"

namespace replog::client {

Producer::Producer(const Client& client, ProducerOptions options)
    : transport_(client.transport_),
      core_(std::make_shared<internal::ProducerCore>(client.transport_, std::move(options))) {
  core_->Start();
}

Producer::~Producer() { core_->Close(); }

Status Producer::Append(const NewRecord& record, Callback callback) {
  return core_->Append(record, std::move(callback), /*wait=*/true);
}

Status Producer::TryAppend(const NewRecord& record, Callback callback) {
  return core_->Append(record, std::move(callback), /*wait=*/false);
}

std::future<AppendOutcome> Producer::AppendAsync(const NewRecord& record) {
  auto promise = std::make_shared<std::promise<AppendOutcome>>();
  auto future = promise->get_future();
  Status status = Append(record, [promise](const AppendOutcome& outcome) { promise->set_value(outcome); });
  if (!status.ok()) promise->set_value({AppendFate::kRejected, 0, {}, std::move(status)});
  return future;
}

Result<uint64_t> Producer::NextNumber() { return core_->NextNumber(); }

Status Producer::Flush() { return core_->Flush(); }

}  // namespace replog::client
