#include "server/rpc/call_watch.h"

#include <grpcpp/support/server_interceptor.h>

#include <algorithm>
#include <array>
#include <span>

namespace replog {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::Interceptor;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerInterceptorFactoryInterface;
using grpc::experimental::ServerRpcInfo;

// It would cost each of their messages something, and these streams can count themselves.
constexpr std::array<std::string_view, 2> kCountThemselves{"/replog.v1.ReplicationLog/AppendStream",
                                                           "/replog.v1.ReplicationLog/Subscribe"};
constexpr std::array<std::string_view, 2> kWaitByDesign{"/replog.v1.ReplicationLog/AwaitSync",
                                                        "/replog.v1.Leases/Acquire"};

bool Contains(std::span<const std::string_view> methods, std::string_view method) {
  return std::find(methods.begin(), methods.end(), method) != methods.end();
}

// One call; gRPC deletes it with the call, when nothing of it is under way any more.
class Watch final : public Interceptor {
 public:
  // `observer` may be null.
  Watch(ServerRpcInfo& call, Connections& connections, Clock& clock, CallObserver* observer)
      : under_way_(connections.Begin(call.server_context()->peer())),
        call_(call),
        clock_(clock),
        observer_(observer),
        since_us_(clock.MonotonicMicros()) {}

  void Intercept(InterceptorBatchMethods* methods) override {
    if (observer_ != nullptr && methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS))
      Tell(methods->GetSendStatus());
    methods->Proceed();
  }

 private:
  void Tell(const grpc::Status& status) {
    const std::string_view method = call_.method();
    const int64_t took_us = Contains(kWaitByDesign, method) ? 0 : clock_.MonotonicMicros() - since_us_;
    const auto code = static_cast<absl::StatusCode>(status.error_code());  // the same numbers
    if (!observer_->Wants(code, took_us)) return;
    observer_->OnEnded({OriginOf(*call_.server_context()), std::string(method.substr(1)),
                        absl::Status(code, status.error_message()), took_us});
  }

  const Connections::Call under_way_;
  ServerRpcInfo& call_;
  Clock& clock_;
  CallObserver* const observer_;
  const int64_t since_us_;
};

class WatchFactory final : public ServerInterceptorFactoryInterface {
 public:
  WatchFactory(Connections& connections, Clock& clock, CallObserver* observer)
      : connections_(connections), clock_(clock), observer_(observer) {}
  Interceptor* CreateServerInterceptor(ServerRpcInfo* call) override {
    if (Contains(kCountThemselves, call->method())) return nullptr;
    return new Watch(*call, connections_, clock_,
                     call->type() == ServerRpcInfo::Type::UNARY ? observer_ : nullptr);
  }

 private:
  Connections& connections_;
  Clock& clock_;
  CallObserver* const observer_;
};

}  // namespace

void WatchCalls(grpc::ServerBuilder& builder, Connections& connections, Clock& clock,
                CallObserver* observer) {
  std::vector<std::unique_ptr<ServerInterceptorFactoryInterface>> factories;
  factories.push_back(std::make_unique<WatchFactory>(connections, clock, observer));
  builder.experimental().SetInterceptorCreators(std::move(factories));
}

CallOrigin OriginOf(const grpc::ServerContextBase& context) {
  const auto id = context.client_metadata().find("x-request-id");
  const bool given = id != context.client_metadata().end();
  return {RequestIdFrom(given ? std::string_view(id->second.data(), id->second.size()) : std::string_view()),
          context.peer()};
}

}  // namespace replog
