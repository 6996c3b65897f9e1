#include "server/webhooks/webhook_set.h"

#include <gtest/gtest.h>

#include <fstream>

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
  WebhookSet set_;
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

}  // namespace
}  // namespace replog
