#include "tests/e2e/access_server.h"

#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <regex>

#include "server/auth/token.h"

namespace replog::testing {
namespace {

size_t CountOf(const std::string& text, const std::string& what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

std::vector<std::string> WithAccessFile(std::vector<std::string> flags, const std::string& path) {
  flags.insert(flags.end(), {"--access-file", path});
  return flags;
}

}  // namespace

std::string Principal(const std::string& name, const std::string& grants, const std::string& limits) {
  return "\n- name: " + name + "\n  tokens: [{id: t, sha256: TOKEN(" + name + ")}]\n  grants: " + grants +
         "\n  limits: " + limits;
}

void SignIn(grpc::ClientContext& context, const std::string& name) {
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  for (const auto& [key, value] : AccessServer::As(name)) context.AddMetadata(key, value);
}

AccessServer::AccessServer(const std::string& principals, std::vector<std::string> flags)
    : server_(WithAccessFile(std::move(flags), WriteFile(principals))),
      channel_(grpc::CreateChannel(server_.address(), grpc::InsecureChannelCredentials())) {}

std::string AccessServer::WriteFile(const std::string& principals) {
  static const std::regex kToken("TOKEN\\((\\w+)\\)");
  std::string text = "principals:" + principals;
  for (std::smatch match; std::regex_search(text, match, kToken);) {
    const std::string digest = ToHex(DigestOf(TokenOf(match[1])));
    text.replace(match.position(), match.length(), digest);
  }
  // In one piece: the server looks at the file by itself, too.
  std::ofstream(files_ / "new.yaml") << text;
  std::filesystem::rename(files_ / "new.yaml", files_ / "access.yaml");
  return files_ / "access.yaml";
}

void AccessServer::Reload(const std::string& principals) {
  const auto told = [this] {
    return CountOf(Stderr(), "info reloaded") + CountOf(Stderr(), "reload refused");
  };
  const size_t before = told();
  WriteFile(principals);
  ::kill(server_.pid(), SIGHUP);
  Eventually("the access file is read again", [&] { return told() > before; });
}

Refusal AccessServer::Call(const std::string& method, const std::string& request, const Headers& headers,
                           std::string* response) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  for (const auto& [name, value] : headers) context.AddMetadata(name, value);
  const grpc::Slice slice(request);
  const grpc::ByteBuffer buffer(&slice, 1);
  grpc::ByteBuffer answer;
  std::promise<grpc::Status> done;
  grpc::GenericStub stub(channel_);
  stub.UnaryCall(&context, method, {}, &buffer, &answer,
                 [&](grpc::Status status) { done.set_value(std::move(status)); });
  const grpc::Status status = done.get_future().get();
  grpc::Slice flat;
  if (status.ok() && response != nullptr && answer.DumpToSingleSlice(&flat).ok())
    response->assign(reinterpret_cast<const char*>(flat.begin()), flat.size());
  return RefusalOf(status);
}

Refusal AccessServer::Ask(const std::string& name, const std::string& method,
                          const google::protobuf::Message& request, google::protobuf::Message* response) {
  std::string answer;
  const Refusal refusal = Call("/replog.v1." + method, request.SerializeAsString(), As(name), &answer);
  if (response != nullptr && refusal.code == grpc::StatusCode::OK)
    EXPECT_TRUE(response->ParseFromString(answer));
  return refusal;
}

}  // namespace replog::testing
