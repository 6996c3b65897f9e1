#include "server/tls/tls_keeper.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "tests/support/certificates.h"

namespace replog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr int64_t kDayUs = 86'400LL * 1'000'000;

struct TestClock final : Clock {
  int64_t WallMicros() override { return now_us; }
  int64_t MonotonicMicros() override { return now_us; }
  int64_t now_us = SystemClock().WallMicros();
};

class TlsKeeperTest : public ::testing::Test {
 protected:
  TlsKeeperTest() {
    made_.MakeAuthority("ca");
    made_.Make("first", "ca", "DNS:localhost");
    made_.Make("second", "ca", "DNS:localhost", 3000);
    Put("first");
    clock_.now_us = SystemClock().WallMicros();  // making them took a while, and they are good from then on
    keeper_ =
        *TlsKeeper::Open({made_.Pem("served"), made_.Key("served"), ""}, clock_,
                         [this](TlsNews news, const std::string& text) { news_.emplace_back(news, text); });
  }

  // Makes it the certificate that the keeper's files hold.
  void Put(const std::string& name) const {
    constexpr auto kOver = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(made_.Pem(name), made_.Pem("served"), kOver);
    std::filesystem::copy_file(made_.Key(name), made_.Key("served"), kOver);
  }
  std::string Serves() const { return keeper_->Current()->subject; }
  std::vector<std::pair<TlsNews, std::string>> TakeNews() { return std::exchange(news_, {}); }

  testing::Certificates made_;
  TestClock clock_;
  std::vector<std::pair<TlsNews, std::string>> news_;
  std::unique_ptr<TlsKeeper> keeper_;
};

TEST_F(TlsKeeperTest, FilesThatStayTheSameAreNoNews) {
  const auto before = keeper_->Current();
  keeper_->Look();
  EXPECT_EQ(keeper_->Current(), before);
  EXPECT_THAT(TakeNews(), IsEmpty());
}

TEST_F(TlsKeeperTest, ANewCertificateIsTakenUpByALook) {
  const auto before = keeper_->Current();
  Put("second");
  keeper_->Look();
  EXPECT_EQ(Serves(), "CN=second");
  EXPECT_EQ(before->subject, "CN=first");  // who has it keeps it
  EXPECT_THAT(TakeNews(), ElementsAre(Pair(TlsNews::kLoaded, HasSubstr("CN=second, serial "))));
}

TEST_F(TlsKeeperTest, BrokenFilesAreToldOfOnceAndTheOldOnesStay) {
  std::ofstream(made_.Pem("served")) << "nonsense";
  keeper_->Look();
  keeper_->Look();
  EXPECT_EQ(Serves(), "CN=first");
  EXPECT_THAT(TakeNews(),
              ElementsAre(Pair(TlsNews::kRefused, HasSubstr(keeper_->Current()->serial + " stays in use"))));
  keeper_->Reload();  // somebody asks
  EXPECT_THAT(TakeNews(), ElementsAre(Pair(TlsNews::kRefused, HasSubstr("has no certificate"))));
  Put("second");
  keeper_->Look();
  EXPECT_EQ(Serves(), "CN=second");
}

TEST_F(TlsKeeperTest, ACertificateThatBeginsLaterIsTakenUpThen) {
  clock_.now_us -= kDayUs;
  Put("second");
  keeper_->Look();
  keeper_->Look();
  EXPECT_EQ(Serves(), "CN=first");
  EXPECT_THAT(TakeNews(), ElementsAre(Pair(TlsNews::kRefused, HasSubstr("not valid before"))));
  clock_.now_us += kDayUs;
  keeper_->Look();
  EXPECT_EQ(Serves(), "CN=second");
  EXPECT_THAT(TakeNews(), ElementsAre(Pair(TlsNews::kLoaded, HasSubstr("CN=second"))));
}

TEST_F(TlsKeeperTest, AFileThatIsGoneIsToldOfOnce) {
  std::filesystem::remove(made_.Key("served"));
  keeper_->Look();
  keeper_->Look();
  EXPECT_THAT(TakeNews(), ElementsAre(Pair(TlsNews::kRefused, HasSubstr("No such file"))));
  Put("first");
  keeper_->Look();
  EXPECT_THAT(TakeNews(), ElementsAre(Pair(TlsNews::kLoaded, HasSubstr("CN=first"))));
}

TEST_F(TlsKeeperTest, TheEndIsToldOfOnceADay) {
  clock_.now_us += 340 * kDayUs;
  keeper_->Look();
  keeper_->Look();
  EXPECT_THAT(TakeNews(), ElementsAre(Pair(TlsNews::kExpiring, HasSubstr("expires on"))));
  clock_.now_us += kDayUs;
  keeper_->Look();
  EXPECT_THAT(TakeNews(), ElementsAre(Pair(TlsNews::kExpiring, HasSubstr("expires on"))));
  Put("second");
  keeper_->Look();
  EXPECT_THAT(TakeNews(), ElementsAre(Pair(TlsNews::kLoaded, HasSubstr("CN=second"))));
}

}  // namespace
}  // namespace replog
