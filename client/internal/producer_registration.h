#pragma once

#include <cstdint>
#include <string>

#include "client/internal/transport.h"
#include "client/status.h"

namespace replog::client::internal {

// Who a producer is to the server, and the call that says so.
//
// Thread Safety: none.
class ProducerRegistration {
 public:
  // Without a name it gets one that nobody else has.
  ProducerRegistration(std::string log, std::string name);

  struct Registered {
    uint64_t id = 0;
    uint64_t epoch = 0;
    uint64_t next = 0;  // the producer's own number that comes next
  };
  // Blocks, at most for `timeout`. `renew`: only if nobody else registered under the name since.
  Result<Registered> Call(const Channel& channel, bool renew, std::chrono::milliseconds timeout);

 private:
  const std::string log_;
  const std::string instance_;
  const std::string name_;
};

}  // namespace replog::client::internal
