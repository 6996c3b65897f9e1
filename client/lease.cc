#include "client/lease.h"

#include <utility>

#include "client/client.h"
#include "client/internal/lease_core.h"

namespace replog::client {
namespace {

// How long a destructor waits for a server that does not answer.
constexpr std::chrono::milliseconds kLastPatience{2'000};

}  // namespace

Lease::Lease(const Client& client, LeaseOptions options)
    : transport_(client.transport_),
      core_(std::make_shared<internal::LeaseCore>(transport_, std::move(options))) {
  core_->Start();
}

Lease::~Lease() {
  (void)core_->Release(kLastPatience);
  core_->Close();
}

Status Lease::Wait() { return core_->Wait(); }
bool Lease::held() const { return core_->held(); }
std::chrono::milliseconds Lease::remaining() const { return core_->remaining(); }
LeaseToken Lease::token() const { return core_->token(); }
Status Lease::status() const { return core_->status(); }
Status Lease::Release() { return core_->Release(transport_->options().call_timeout); }

}  // namespace replog::client
