// The authorization header: a token is taken out of it whole, and none but the one that is known lets in.

#include "server/auth/access_control.h"
#include "server/auth/token.h"
#include "tests/fuzz/input.h"

using namespace replog;
using testing::AsText;
using testing::Require;

namespace {

constexpr const char* kToken = "the-token-that-is-known";

AccessControl& KnowsOneToken() {
  static AccessControl& access = *[] {
    auto* made = new AccessControl(SystemClock());
    Principal bob;
    bob.name = "bob";
    bob.tokens.push_back({"t", DigestOf(kToken), std::nullopt});
    made->Replace({bob});
    return made;
  }();
  return access;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view header = AsText(data, size);
  const auto token = BearerToken(header);
  if (token) {
    Require(header.ends_with(*token) && token->find_first_of(" \t\r\n,") == std::string_view::npos,
            "the token is the end of the header, in one piece");
    Require(BearerToken("Bearer " + std::string(*token)) == token, "a token is taken out again");
  }
  const bool in = KnowsOneToken().Identify({std::string(header), {}}).ok();
  Require(in == (token == std::string_view(kToken)), "who shows the token comes in, and nobody else");
  return 0;
}
