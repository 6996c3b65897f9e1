#include "server/metrics/metrics_page.h"

#include <fstream>
#include <regex>
#include <set>

#include "tests/server/metrics/metrics_fixture.h"

namespace replog {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using testing::LinesWith;

class MetricsPageTest : public testing::MetricsFixture {
 protected:
  const MetricsPage page_{*service_};
};

// The names after "# TYPE".
std::set<std::string> NamesOf(const std::string& text) {
  std::set<std::string> names;
  std::istringstream lines(text);
  for (std::string word; lines >> word;) {
    if (word == "TYPE" && lines >> word) names.insert(word);
  }
  return names;
}

TEST_F(MetricsPageTest, TheReferenceIsOfTheMetricsThatThereAre) {
  const std::string reference = page_.Reference();
  std::ifstream file(REPLOG_METRICS_REFERENCE);
  const std::string written{std::istreambuf_iterator<char>(file), {}};
  if (std::getenv("REPLOG_WRITE_REFERENCE") != nullptr) {
    std::ofstream(REPLOG_METRICS_REFERENCE) << reference;
  } else {
    EXPECT_EQ(written, reference) << "REPLOG_WRITE_REFERENCE=1 metrics_test writes it anew";
  }
  for (const std::string& name : NamesOf(page_.Text()))
    EXPECT_NE(reference.find("`" + name + "`"), std::string::npos);
}

TEST_F(MetricsPageTest, NamesFollowTheConventions) {
  const std::regex pattern("(replog|process)_[a-z0-9_]+");
  for (const std::string& name : NamesOf(page_.Text())) EXPECT_TRUE(std::regex_match(name, pattern)) << name;
}

TEST_F(MetricsPageTest, TellsWhatTheServerDid) {
  const LogPtr log = Create("l");
  const auto before = LinesWith(page_.Text(), "replog_group_records_sum");
  Append(log, 7);
  const std::string text = page_.Text();
  EXPECT_NE(LinesWith(text, "replog_group_records_sum"), before);
  EXPECT_THAT(LinesWith(text, "replog_ready"), Contains("replog_ready 1"));
  EXPECT_THAT(LinesWith(text, "replog_executor_queued"),
              Contains(HasSubstr("replog_executor_queued{executor=\"blocking\"} ")));
  EXPECT_THAT(LinesWith(text, "replog_memory_bytes{owner=\"tail\"}"), ::testing::SizeIs(1));
  EXPECT_THAT(LinesWith(text, "process_resident_memory_bytes"), ::testing::SizeIs(1));
}

TEST_F(MetricsPageTest, TellsThatTheStoreIsBroken) {
  store_.SetRecoverFails(true);
  store_.SetCommitFate(testing::FakeStore::CommitFate::kFailed);
  std::promise<void> done;
  PendingAppend append{*service_->logs().Find(""), testing::MakeRequest({testing::NewRecord("c", "t")}),
                       [&](const absl::StatusOr<Appended>&) { done.set_value(); }};
  ASSERT_EQ(service_->appends().TryPut(append, nullptr), AppendQueue::Offer::kTaken);
  done.get_future().get();
  EXPECT_THAT(LinesWith(page_.Text(), "replog_ready"), Contains("replog_ready 0"));
  EXPECT_THAT(LinesWith(page_.Text(), "replog_failed_writes_total"),
              Contains("replog_failed_writes_total 1"));
}

}  // namespace
}  // namespace replog
