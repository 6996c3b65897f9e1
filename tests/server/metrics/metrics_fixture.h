#pragma once

#include <gmock/gmock.h>

#include <future>
#include <sstream>

#include "server/core/log_service.h"
#include "tests/server/core/fake_store.h"
#include "tests/server/core/manual_clock.h"
#include "tests/server/core/records.h"

namespace replog::testing {

// A server without disk and network.
class MetricsFixture : public ::testing::Test {
 protected:
  void Append(const LogPtr& log, int records) {
    auto promise = std::make_shared<std::promise<absl::StatusOr<Appended>>>();
    std::vector<std::string> encoded(static_cast<size_t>(records), NewRecord("c", "text"));
    PendingAppend append{log, MakeRequest(encoded), [promise](absl::StatusOr<Appended> outcome) {
                           promise->set_value(std::move(outcome));
                         }};
    ASSERT_EQ(service_->appends().TryPut(append, nullptr), AppendQueue::Offer::kTaken);
    ASSERT_TRUE(promise->get_future().get().ok());
  }
  LogPtr Create(const std::string& name, const LogSettings& settings = {}) {
    return *service_->CreateLog(name, settings);
  }

  FakeStore store_;
  ManualClock clock_;
  std::unique_ptr<LogService> service_ = *LogService::Open({}, store_, clock_);
};

// The lines of a scrape that have `text` in them, without comments.
inline std::vector<std::string> LinesWith(const std::string& scrape, const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(scrape);
  for (std::string line; std::getline(stream, line);) {
    if (!line.starts_with("#") && line.find(text) != std::string::npos) lines.push_back(line);
  }
  return lines;
}

}  // namespace replog::testing
