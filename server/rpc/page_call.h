#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/error.h"
#include "server/core/log_service.h"
#include "server/rpc/gate.h"
#include "server/rpc/status_map.h"

namespace replog {

// One call that answers with a page of records, read where it may block. Finished pages that clients have not
// taken yet are bounded over all calls; beyond it a call is refused as BUSY. Owns itself from Create to
// OnDone.
class PageCall final : public grpc::ServerUnaryReactor {
 public:
  // Bytes of finished pages that the transport still holds. Shared by all calls of a server.
  using HeldBytes = std::atomic<size_t>;

  // `answer(service, caller, request, rest)` gives the page's records, as they stand in chunks, and fills in
  // the rest of the response. All but `encoded` must outlive the call.
  template <typename Request, typename Response>
  using Answer = absl::StatusOr<std::string> (*)(LogService& service, const Caller& caller,
                                                 const Request& request, Response& rest);
  template <typename Request, typename Response>
  static PageCall* Create(LogService& service, const Gate& gate, HeldBytes& held,
                          const grpc::CallbackServerContext& context, const grpc::ByteBuffer& encoded,
                          grpc::ByteBuffer& response, Answer<Request, Response> answer) {
    auto* call = new PageCall(held);
    auto granted = gate.Open<Request>(context, encoded);
    if (!granted.ok()) {
      call->Finish(ToGrpcStatus(granted.status()));
      return call;
    }
    // The context and the response live until OnDone, which waits for Finish.
    const auto shared = std::make_shared<const Granted<Request>>(*std::move(granted));
    service.blocking().Post([call, shared, answer, &service, &context, &response] {
      // A client that has given up already must not cost a read.
      if (context.IsCancelled()) return call->Finish(grpc::Status::CANCELLED);
      Response rest;
      absl::StatusOr<std::string> page =
          call->Refused() ? Refusal() : answer(service, shared->caller, shared->request, rest);
      if (page.ok()) shared->caller.Charge(page->size());
      call->FinishWith(std::move(page), rest, response);
    });
    return call;
  }

  void OnDone() override {
    held_ -= bytes_;
    delete this;
  }

 private:
  static constexpr size_t kMaxHeldBytes = 256 << 20;

  explicit PageCall(HeldBytes& held) : held_(held) {}
  bool Refused() const { return held_ > kMaxHeldBytes; }
  static absl::Status Refusal() {
    return MakeError(Reason::kBusy, "too many pages wait for clients to take them; try again");
  }
  void FinishWith(absl::StatusOr<std::string> page, const google::protobuf::Message& rest,
                  grpc::ByteBuffer& response) {
    if (!page.ok()) return Finish(ToGrpcStatus(page.status()));
    const auto records = std::make_shared<const std::string>(*std::move(page));
    bytes_ = records->size();
    held_ += bytes_;
    std::vector<Piece> pieces;
    if (!records->empty()) pieces.push_back({records, *records});
    response = Concatenate(std::move(pieces), rest);
    Finish(grpc::Status::OK);
  }

  HeldBytes& held_;
  size_t bytes_ = 0;  // this call's part of held_
};

}  // namespace replog
