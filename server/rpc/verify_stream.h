#pragma once

#include <memory>
#include <string>

#include "replog/v1/log_admin.pb.h"
#include "server/core/log_service.h"
#include "server/rpc/work_stream.h"

namespace replog {

// One Verify call: the check leaves its progress here; what is newest is sent when the transport is free, so
// a client that does not read holds up no check.
class VerifyStream final : public WorkStream<v1::VerifyRequest> {
 public:
  // `checks` runs one check at a time, apart from the readers' threads. All must outlive it.
  static grpc::ServerWriteReactor<grpc::ByteBuffer>* Create(LogService& service, const Gate& gate,
                                                            const grpc::CallbackServerContext& context,
                                                            Executor& checks,
                                                            const grpc::ByteBuffer& request) {
    return Start(std::shared_ptr<VerifyStream>(new VerifyStream(service, gate, context, checks, request)));
  }

 private:
  VerifyStream(LogService& service, const Gate& gate, const grpc::CallbackServerContext& context,
               Executor& checks, const grpc::ByteBuffer& request)
      : WorkStream(gate, context, request), service_(service), checks_(checks) {}
  absl::Status Begin() override;
  absl::Status Run(Log& log);
  // What is wrong; a channel is named only to those who may read it.
  std::string Describe(const VerifyProblem& problem) const;
  // False when the check is to stop.
  bool Report(const VerifyProgress& progress);

  LogService& service_;
  Executor& checks_;
};

}  // namespace replog
