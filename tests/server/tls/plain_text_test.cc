#include "server/tls/plain_text.h"

#include <gmock/gmock.h>

#include "base/error.h"

namespace replog {
namespace {

TEST(PlainText, IsServedOnLoopback) {
  EXPECT_TRUE(CheckPlainText({.setting = "listen", .address = "127.0.0.1:1"}).ok());
  EXPECT_FALSE(IsExposed({.setting = "listen", .address = "[::1]:1", .insecure = true}));
}

TEST(PlainText, IsRefusedElsewhereWithoutTlsOrAWord) {
  const Listening everywhere{.setting = "http_listen", .address = "0.0.0.0:8080"};
  const auto status = CheckPlainText(everywhere);
  EXPECT_EQ(ReasonOf(status), Reason::kInvalidField);
  for (const char* part : {"http_listen", "0.0.0.0:8080", "tls_certificate", "--insecure"}) {
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr(part));
  }
  Listening with_tls = everywhere;
  with_tls.tls = true;
  EXPECT_TRUE(CheckPlainText(with_tls).ok());
  EXPECT_FALSE(IsExposed(with_tls));
  Listening allowed = everywhere;
  allowed.insecure = true;
  EXPECT_TRUE(CheckPlainText(allowed).ok());
  EXPECT_TRUE(IsExposed(allowed));
}

}  // namespace
}  // namespace replog
