// The access file: whatever is read can be used, says each thing once, and nothing is granted that no list
// says.

#include <set>

#include "server/auth/access_control.h"
#include "server/auth/access_file.h"
#include "tests/fuzz/input.h"

using namespace replog;
using testing::AsText;
using testing::Require;

namespace {

void CheckPrincipal(const Principal& principal) {
  Require(!principal.name.empty() && principal.name != kAnonymous, "a principal has a name of its own");
  for (const Grant& grant : principal.grants) {
    Require(!grant.verbs.empty(), "a grant has verbs");
    const bool of_channels = grant.verbs.HasAny({Access::kRead, Access::kAppend});
    Require(of_channels != grant.channels.empty(), "channels are there exactly for the verbs that use them");
    Require(grant.verbs.Has(Access::kNode) != grant.nodes.empty(), "so are nodes");
    Require(grant.verbs.Has(Access::kLease) != grant.leases.empty(), "so are leases");
    Require(NamePatterns(grant.channels.ToStrings()).ToStrings() == grant.channels.ToStrings(),
            "patterns are in their shortest form");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto principals = ParseAccessFile(std::string(AsText(data, size)), "fuzz.yaml");
  if (!principals.ok()) {
    Require(!principals.status().message().empty(), "an error says what is wrong");
    return 0;
  }
  std::set<std::string> names;
  for (const Principal& principal : *principals) {
    CheckPrincipal(principal);
    Require(names.insert(principal.name).second, "no name is there twice");
  }
  AccessControl access(SystemClock());
  access.Replace(*std::move(principals));
  Require(!access.Identify({}).ok(), "with a file, nobody comes in without a credential");
  return 0;
}
