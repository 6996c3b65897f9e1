#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

namespace replog::testing {

// Every method of every service that a server tells of by reflection, from the descriptors in this program;
// fails the test when it does not know one. None when the server has no reflection.
std::vector<const google::protobuf::MethodDescriptor*> ListMethods(const std::string& address);

}  // namespace replog::testing
