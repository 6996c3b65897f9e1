#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "tests/faults/model/log_model.h"
#include "tests/faults/support/log_client.h"

namespace replog::model {

// The server said something else than the model.
struct Different : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What can be read of one log of a server, compared with what its model says; each throws Different. Times of
// records are learned when they are seen first. Both must outlive it.
class Checks {
 public:
  Checks(testing::LogClient& client, const std::string& name, LogModel& log)
      : client_(client), name_(name), log_(log) {}

  struct ReadOptions {
    std::optional<uint64_t> from;  // absent: the beginning; backward, the end
    bool backward = false;
    std::vector<std::string> channels;
    uint32_t max_records = 0;
    int max_pages = 1000;
  };
  // Page by page, to the end or so many pages.
  void Read(const ReadOptions& options);
  // A subscription from a sequence, or a position, that ends before `until`.
  void Replay(const v1::SubscribeRequest& start, uint64_t until, const std::vector<std::string>& channels);
  void TableSubscription(const std::vector<std::string>& channels);
  void LookupKeys(const std::string& channel, const std::vector<std::string>& keys);
  void LookupPages(const std::string& channel, uint32_t max_records);
  // The digests of ranges of a channel's keys, as the table is hashed here.
  void Digests(const std::string& channel, const std::vector<std::string>& range_ends);
  void Nodes();
  void Info();
  // All of it, unfiltered.
  void Everything();

 private:
  void Expect(bool right, const std::string& what) const;
  void ExpectRecord(const v1::Record& expected, const v1::Record& told);
  // Whether a start there is refused; then that `status` says so.
  bool ExpectRefusedStart(uint64_t from, const grpc::Status& status) const;
  void ExpectPage(const ReadOptions& options, const v1::ReadResponse& page, uint64_t from);

  testing::LogClient& client_;
  const std::string name_;
  LogModel& log_;
};

}  // namespace replog::model
