#include "server/webhooks/webhook_set.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "tests/server/core/manual_clock.h"
#include "tests/support/temp_directory.h"

namespace replog {
namespace {

class WebhookSetTest : public ::testing::Test {
 protected:
  void Write(const std::string& name, const std::string& text) { std::ofstream(Path(name)) << text; }
  std::string Path(const std::string& name) { return directory_ / name; }
  void WriteHook(const std::string& channel) {
    Write("hooks.yaml",
          "webhooks: [{name: hub, secret_file: hub.secret, delivery_id: body_sha256, channel: " + channel +
              ", signature: {header: S}}]");
  }

  testing::TempDirectory directory_;
  testing::ManualClock clock_;
  WebhookSet set_{clock_};
};

TEST_F(WebhookSetTest, ReadsSecretsBesideTheFile) {
  WriteHook("c");
  EXPECT_FALSE(set_.Load(Path("hooks.yaml")).ok());
  Write("hub.secret", "sesame\n");
  ASSERT_TRUE(set_.Load(Path("hooks.yaml")).ok());
  EXPECT_EQ(set_.Find("hub")->secrets[0].bytes(), "sesame");
  EXPECT_EQ(set_.Find("other"), nullptr);
}

TEST_F(WebhookSetTest, AFileThatIsWrongChangesNothing) {
  WriteHook("c");
  Write("hub.secret", "sesame");
  ASSERT_TRUE(set_.Load(Path("hooks.yaml")).ok());
  const auto before = set_.Find("hub");
  Write("hooks.yaml", "webhooks: [{}]");
  EXPECT_FALSE(set_.Load(Path("hooks.yaml")).ok());
  EXPECT_FALSE(set_.Load(Path("missing.yaml")).ok());
  EXPECT_EQ(set_.Find("hub"), before);
  WriteHook("d");
  ASSERT_TRUE(set_.Load(Path("hooks.yaml")).ok());
  EXPECT_EQ(set_.Find("hub")->channel.text, "d");
  EXPECT_EQ(before->channel.text, "c") << "who has it keeps it";
}

TEST_F(WebhookSetTest, ALimitIsOfEachWebhookAndOutlivesAReload) {
  const std::string rest =
      ", secret_file: hub.secret, delivery_id: body_sha256, channel: c, signature: {header: S}}";
  Write("hub.secret", "sesame");
  Write("hooks.yaml", "webhooks: [{name: hub, requests_per_second: 2" + rest + ", {name: free" + rest + "]");
  ASSERT_TRUE(set_.Load(Path("hooks.yaml")).ok());
  EXPECT_TRUE(set_.Admit("hub").ok());
  EXPECT_TRUE(set_.Admit("hub").ok());
  EXPECT_EQ(ReasonOf(set_.Admit("hub")), Reason::kRateLimited);
  EXPECT_TRUE(set_.Admit("free").ok());
  ASSERT_TRUE(set_.Load(Path("hooks.yaml")).ok());
  EXPECT_EQ(ReasonOf(set_.Admit("hub")), Reason::kRateLimited);
  clock_.Advance(500'000);
  EXPECT_TRUE(set_.Admit("hub").ok());
}

}  // namespace
}  // namespace replog
