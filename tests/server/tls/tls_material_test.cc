#include "server/tls/tls_material.h"

#include <gmock/gmock.h>

#include "base/clock.h"
#include "base/error.h"
#include "tests/support/certificates.h"
#include "tests/support/child_process.h"

namespace replog {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr int64_t kDayUs = 86'400LL * 1'000'000;

class TlsMaterialTest : public ::testing::Test {
 protected:
  TlsMaterialTest() {
    made_.MakeAuthority("ca");
    made_.Make("server", "ca", "DNS:localhost", 365);
    files_ = {made_.Pem("server"), made_.Key("server"), made_.Pem("ca")};
    now_us_ = SystemClock().WallMicros();  // making them took a while, and they are good from then on
  }

  // What the files are refused with, as of `now_us_`.
  std::string Refusal() const {
    auto texts = ReadTlsFiles(files_);
    const absl::Status status = texts.ok() ? CheckTls(files_, *texts, now_us_).status() : texts.status();
    EXPECT_EQ(ReasonOf(status), Reason::kInvalidField) << status;
    return std::string(status.message());
  }
  std::shared_ptr<const TlsMaterial> Load() const {
    return *CheckTls(files_, *ReadTlsFiles(files_), now_us_);
  }

  testing::Certificates made_;
  TlsFiles files_;
  int64_t now_us_;
};

TEST_F(TlsMaterialTest, GoodFilesAreTakenAsTheyAre) {
  const auto material = Load();
  EXPECT_EQ(material->pem.certificate, testing::ReadFile(files_.certificate));
  EXPECT_EQ(material->pem.client_ca, testing::ReadFile(files_.client_ca));
  EXPECT_EQ(material->subject, "CN=server");
  EXPECT_FALSE(material->serial.empty());
  EXPECT_NE(material->context, nullptr);
}

TEST_F(TlsMaterialTest, ASettingThatIsMissingIsNamed) {
  files_.key = "";
  EXPECT_THAT(Refusal(), HasSubstr("tls_key is missing"));
  files_.certificate = "";
  EXPECT_THAT(Refusal(), HasSubstr("tls_certificate is missing"));
}

TEST_F(TlsMaterialTest, AFileThatIsNotThereOrEmptyIsNamed) {
  files_.client_ca = made_.Pem("nobody");
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("tls_client_ca " + files_.client_ca), HasSubstr("No such file")));
  files_.key = "/dev/null";
  EXPECT_THAT(Refusal(), HasSubstr("tls_key /dev/null: is empty"));
  files_.certificate = "/";
  EXPECT_THAT(Refusal(), HasSubstr("tls_certificate /: Is a directory"));
  files_.certificate = "/dev/zero";
  EXPECT_THAT(Refusal(), HasSubstr("tls_certificate /dev/zero: has more than 1048576 bytes"));
}

TEST_F(TlsMaterialTest, WhatIsNotPemIsRefused) {
  files_.certificate = made_.Key("server");
  EXPECT_THAT(Refusal(), HasSubstr("has no certificate in PEM form"));
  files_.certificate = made_.Pem("server");
  files_.key = made_.Pem("server");
  EXPECT_THAT(Refusal(), HasSubstr("has no private key in PEM form"));
}

TEST_F(TlsMaterialTest, AnotherCertificatesKeyIsRefused) {
  files_.key = made_.Key("ca");
  EXPECT_THAT(Refusal(),
              AllOf(HasSubstr("tls_key " + files_.key), HasSubstr("not the key of tls_certificate")));
}

TEST_F(TlsMaterialTest, AKeyWithAPassphraseIsRefusedAndNobodyIsAsked) {
  const std::string locked = made_.Key("locked");
  testing::RunProgram(
      {"/usr/bin/openssl", "ec", "-in", files_.key, "-aes256", "-passout", "pass:x", "-out", locked});
  files_.key = locked;
  EXPECT_THAT(Refusal(), HasSubstr("needs a passphrase"));
}

TEST_F(TlsMaterialTest, AKeyThatIsTooShortIsRefused) {
  testing::RunProgram({"/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-subj",
                       "/CN=weak", "-keyout", made_.Key("weak"), "-out", made_.Pem("weak")});
  files_.certificate = made_.Pem("weak");
  files_.key = made_.Key("weak");
  EXPECT_THAT(Refusal(), HasSubstr("ee key too small"));
}

TEST_F(TlsMaterialTest, TimeIsCheckedAgainstTheClock) {
  now_us_ += 366 * kDayUs;
  EXPECT_THAT(Refusal(), AllOf(HasSubstr(files_.certificate), HasSubstr("CN=server expired on 2")));
  now_us_ -= 368 * kDayUs;
  EXPECT_THAT(Refusal(), HasSubstr("is not valid before"));
}

TEST_F(TlsMaterialTest, ClientAuthoritiesAreGoodWhileOneOfThemIs) {
  made_.Make("old", "ca", "DNS:old", -1);
  files_.client_ca = made_.Pem("old");
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("tls_client_ca"), HasSubstr("CN=old expired on")));
  const auto both = testing::ReadFile(made_.Pem("old")) + testing::ReadFile(made_.Pem("ca"));
  const TlsTexts texts{testing::ReadFile(files_.certificate), testing::ReadFile(files_.key), both};
  EXPECT_TRUE(CheckTls(files_, texts, now_us_).ok());
}

TEST_F(TlsMaterialTest, TheLast30DaysAreWarnedOf) {
  const auto material = Load();
  EXPECT_EQ(ExpiryWarning(files_, *material, material->expires_us - 31 * kDayUs), std::nullopt);
  EXPECT_THAT(ExpiryWarning(files_, *material, material->expires_us - 29 * kDayUs).value(),
              AllOf(HasSubstr(files_.certificate), HasSubstr("expires on 2")));
  EXPECT_THAT(ExpiryWarning(files_, *material, material->expires_us).value(), HasSubstr("expired on 2"));
}

}  // namespace
}  // namespace replog
