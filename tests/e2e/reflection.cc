#include "tests/e2e/reflection.h"

#include <google/protobuf/descriptor.pb.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <future>

#include "grpc/health/v1/health.pb.h"
#include "proto/wire/fields.h"
#include "replog/v1/leases.pb.h"
#include "replog/v1/log_admin.pb.h"

namespace replog::testing {
namespace {

// gRPC has the messages of reflection, but no header of them: ServerReflectionRequest.list_services = "*",
// and ServerReflectionResponse.list_services_response (6) .service (1) .name (1).
constexpr char kListServices[] = "\x3a\x01*";

std::vector<std::string> FieldsOf(std::string_view message, uint32_t number) {
  std::vector<std::string> found;
  wire::FieldReader fields(message);
  wire::Field field;
  while (fields.Next(field)) {
    if (field.number == number) found.emplace_back(field.bytes);
  }
  return found;
}

std::string AskForServices(const std::string& address) {
  const auto channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  grpc::ClientContext context;
  const grpc::Slice slice{std::string(kListServices)};
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer response;
  std::promise<grpc::Status> done;
  grpc::GenericStub stub(channel);
  stub.UnaryCall(&context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", {}, &request,
                 &response, [&](grpc::Status status) { done.set_value(std::move(status)); });
  grpc::Slice flat;
  if (!done.get_future().get().ok() || !response.DumpToSingleSlice(&flat).ok()) return "";
  return {reinterpret_cast<const char*>(flat.begin()), flat.size()};
}

// What is not named is not linked in, and then not in the pool.
void NameAllServices() {
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::health::v1::HealthCheckRequest::descriptor();
  v1::ListLogsRequest::descriptor();
  v1::AcquireRequest::descriptor();
}

}  // namespace

std::vector<const google::protobuf::MethodDescriptor*> ListMethods(const std::string& address) {
  NameAllServices();
  std::vector<const google::protobuf::MethodDescriptor*> methods;
  for (const std::string& list : FieldsOf(AskForServices(address), 6)) {
    for (const std::string& entry : FieldsOf(list, 1)) {
      for (const std::string& name : FieldsOf(entry, 1)) {
        const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
        EXPECT_NE(service, nullptr) << name;
        for (int i = 0; service != nullptr && i < service->method_count(); ++i)
          methods.push_back(service->method(i));
      }
    }
  }
  return methods;
}

}  // namespace replog::testing
