#include "client/internal/token.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/client_interceptor.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/loopback.h"

namespace replog::client::internal {
namespace {

constexpr size_t kMaxTokenBytes = 4096;
constexpr std::chrono::seconds kLookInterval{1};
constexpr char kHeader[] = "authorization";
constexpr char kScheme[] = "Bearer ";

Status Unusable(const std::string& what) { return {StatusCode::kUnauthenticated, what}; }

// The text of a file up to its first white space; an error says why there is none.
Result<std::string> ReadToken(const std::string& file) {
  errno = 0;
  std::ifstream in(file);
  std::string token;
  if (!(in >> token))
    return Unusable("token_file " + file + ": " + (errno == 0 ? "is empty" : std::strerror(errno)));
  return token;
}

// Says nothing of the token itself: errors are shown and logged.
Status CheckToken(const std::string& token) {
  const auto printable = [](unsigned char c) { return c > ' ' && c < 0x7F; };
  if (token.size() > kMaxTokenBytes) return Unusable("the token has more than 4096 bytes");
  if (!std::all_of(token.begin(), token.end(), printable))
    return Unusable("the token has other characters than printable ASCII");
  return {};
}

// Adds the token to each call over TLS, and fails those for which there is none.
class TokenPlugin final : public grpc::MetadataCredentialsPlugin {
 public:
  explicit TokenPlugin(const ClientOptions& options) : source_(options.token, options.token_file) {}

  bool IsBlocking() const override { return false; }  // a small file, once a second
  const char* GetType() const override { return "bearer"; }
  grpc::string DebugString() override { return "a bearer token"; }

  grpc::Status GetMetadata(grpc::string_ref /*url*/, grpc::string_ref /*method*/,
                           const grpc::AuthContext& /*channel*/,
                           std::multimap<grpc::string, grpc::string>* metadata) override {
    const auto token = source_.Get();
    if (!token.ok()) return {grpc::StatusCode::UNAUTHENTICATED, token.status().message()};
    metadata->emplace(kHeader, kScheme + *token);
    return grpc::Status::OK;
  }

 private:
  TokenSource source_;
};

// The same in plain text, where gRPC takes no credentials of calls.
class TokenInterceptor final : public grpc::experimental::Interceptor {
 public:
  explicit TokenInterceptor(TokenSource& source) : source_(source) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    using grpc::experimental::InterceptionHookPoints;
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      // Without it the server refuses the call.
      if (const auto token = source_.Get(); token.ok())
        methods->GetSendInitialMetadata()->emplace(kHeader, kScheme + *token);
    }
    methods->Proceed();
  }

 private:
  TokenSource& source_;
};

class TokenInterceptors final : public grpc::experimental::ClientInterceptorFactoryInterface {
 public:
  explicit TokenInterceptors(const ClientOptions& options) : source_(options.token, options.token_file) {}
  grpc::experimental::Interceptor* CreateClientInterceptor(
      grpc::experimental::ClientRpcInfo* /*call*/) override {
    return new TokenInterceptor(source_);
  }

 private:
  TokenSource source_;
};

bool HasToken(const ClientOptions& options) { return !options.token.empty() || !options.token_file.empty(); }

std::shared_ptr<grpc::Channel> PlainChannel(const std::string& endpoint, const ClientOptions& options,
                                            const grpc::ChannelArguments& arguments) {
  const auto credentials = grpc::InsecureChannelCredentials();
  if (!HasToken(options) || !(options.token_in_plain_text || IsLoopback(endpoint)))
    return grpc::CreateCustomChannel(endpoint, credentials, arguments);
  std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(std::make_unique<TokenInterceptors>(options));
  return grpc::experimental::CreateCustomChannelWithInterceptors(endpoint, credentials, arguments,
                                                                 std::move(interceptors));
}

}  // namespace

Result<std::string> TokenSource::Get(Clock::time_point now) {
  MutexLock lock(mutex_);
  if (!file_.empty() && now >= look_again_) {
    auto read = ReadToken(file_);
    if (!read.ok() && token_.empty()) return read.status();
    if (read.ok()) token_ = std::move(read).value();
    look_again_ = now + kLookInterval;
  }
  if (Status status = CheckToken(token_); !status.ok()) return status;
  return token_;
}

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& endpoint, const ClientOptions& options,
                                           const grpc::ChannelArguments& arguments) {
  if (!options.tls) return PlainChannel(endpoint, options, arguments);
  grpc::SslCredentialsOptions ssl;
  ssl.pem_root_certs = options.tls->ca_pem;
  ssl.pem_cert_chain = options.tls->certificate_pem;
  ssl.pem_private_key = options.tls->key_pem;
  auto credentials = grpc::SslCredentials(ssl);
  if (HasToken(options)) {
    const auto token = grpc::MetadataCredentialsFromPlugin(std::make_unique<TokenPlugin>(options));
    credentials = grpc::CompositeChannelCredentials(credentials, token);
  }
  return grpc::CreateCustomChannel(endpoint, credentials, arguments);
}

}  // namespace replog::client::internal
