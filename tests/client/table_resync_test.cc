// Tables whose stream told them something else than the log has, and what Resync makes of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <random>
#include <thread>

#include "client/table.h"
#include "proto/wire/table_digest.h"
#include "tests/client/fake_server.h"
#include "tests/client/model_log.h"

namespace replog::client {
namespace {

constexpr std::chrono::milliseconds kPatience{60'000};
const std::string kChannel = "c";

wire::DigestBytes HashOf(wire::RowHasher& hasher, const std::string& key, const ModelLog::Entry& entry) {
  wire::RecordView row;
  row.channel = kChannel;
  row.key = key;
  row.sequence = entry.sequence;
  row.body_kind = wire::RecordView::Body::kText;
  row.body = entry.text;
  return hasher.Hash(row);
}

// A server whose streams show one log, and whose digests and look-ups another: the true one.
class LyingServer {
 public:
  LyingServer() {
    server_.OnSubscribe(
        [this](grpc::ServerContext&, const v1::SubscribeRequest& request,
               FakeServer::SubscribeWriter& writer) { return shown_.Serve(request, writer); });
    server_.OnDigestTable([this](const auto& request, auto& response) { return Digest(request, response); });
    server_.OnLookup([this](const auto& request, auto& response) { return LookUp(request, response); });
    server_.OnGetLog([this](const v1::GetLogRequest&, v1::GetLogResponse& response) {
      ++waited_for;
      response.mutable_log()->set_committed_end(true_.end());
      return grpc::Status();
    });
  }
  ~LyingServer() { shown_.Close(); }

  using Text = std::optional<std::string>;
  void Put(const std::string& key, const Text& text) { Put(key, text, key, text); }
  // One record in each of the two.
  void Put(const std::string& key, const Text& text, const std::string& shown_key, const Text& shown_text) {
    true_.Append(kChannel, key, text);
    shown_.Append(kChannel, shown_key, shown_text);
  }
  Client MakeClient() const { return server_.MakeClient(); }
  uint64_t end() { return true_.end(); }
  // What a table that is right holds, by key.
  std::map<std::string, std::string> Truth() {
    std::map<std::string, std::string> rows;
    for (const auto& [name, entry] : true_.RowsAt(true_.end())) rows[name.second] = entry.text;
    return rows;
  }
  wire::TableDigest TrueDigest() {
    wire::RowHasher hasher;
    wire::TableDigest digest;
    for (const auto& [name, entry] : true_.RowsAt(true_.end()))
      digest.Add(HashOf(hasher, name.second, entry));
    return digest;
  }
  std::atomic<uint64_t> looked_up = 0;   // records
  std::atomic<uint64_t> waited_for = 0;  // times that its end was asked for
  std::function<void()> before_lookup_answer;

 private:
  using Request = v1::DigestTableRequest;
  grpc::Status Digest(const Request& request, v1::DigestTableResponse& response) {
    const uint64_t end = true_.end();
    const auto& ends = request.range_ends();
    std::vector<wire::TableDigest> sums(static_cast<size_t>(ends.size()) + 1);
    EXPECT_LE(ends.size(), 1000);
    EXPECT_TRUE(std::is_sorted(ends.begin(), ends.end()));
    wire::RowHasher hasher;
    for (const auto& [name, entry] : true_.RowsAt(end)) {
      const std::string& key = name.second;
      if (request.has_after_key() && key <= request.after_key()) continue;
      if (request.has_until_key() && key > request.until_key()) continue;
      if (entry.sequence >= request.before_sequence()) continue;
      const auto range = std::lower_bound(ends.begin(), ends.end(), key) - ends.begin();
      sums[static_cast<size_t>(range)].Add(HashOf(hasher, key, entry));
    }
    for (const auto& sum : sums) {
      const auto bytes = sum.bytes();
      response.add_ranges()->set_digest(bytes.data(), bytes.size());
      response.mutable_ranges()->rbegin()->set_keys(sum.keys());
    }
    response.set_as_of_sequence(end);
    return {};
  }
  grpc::Status LookUp(const v1::LookupRequest& request, v1::LookupResponse& response) {
    const int page = request.max_records() == 0 ? 1'000 : static_cast<int>(request.max_records());
    response.set_as_of_sequence(true_.end());
    for (const auto& [name, entry] : true_.RowsAt(true_.end())) {
      if (name.second <= request.after_key()) continue;
      if (response.records_size() == page) {
        response.set_next_after_key(response.records(page - 1).key());
        break;
      }
      auto& record = *response.add_records();
      record.set_sequence(entry.sequence);
      record.set_channel(kChannel);
      record.set_key(name.second);
      record.set_text(entry.text);
    }
    looked_up += static_cast<uint64_t>(response.records_size());
    if (before_lookup_answer) std::exchange(before_lookup_answer, nullptr)();
    return {};
  }

  ModelLog true_{1};
  ModelLog shown_{2};
  FakeServer server_;
};

std::string Key(int i) {
  const std::string digits = std::to_string(i);
  return std::string(5 - digits.size(), '0') + digits;
}

class ResyncTest : public testing::Test {
 protected:
  void Open() {
    TableOptions<> options;
    options.on_change = [this](const TableChange<std::string>& change) {
      if (change.after) noted_[std::string(change.key)] = *change.after;
      if (!change.after) noted_.erase(std::string(change.key));
    };
    table_.emplace(server_.MakeClient(), std::move(options));
    ASSERT_TRUE(table_->WaitReady(kPatience).ok());
  }
  void ExpectRight() {
    ASSERT_TRUE(table_->WaitUntil(server_.end() - 1, kPatience).ok());
    std::map<std::string, std::string> held;
    table_->ForEach(
        [&held](auto, std::string_view key, const std::string& value) { held[std::string(key)] = value; });
    EXPECT_EQ(held, server_.Truth());
    EXPECT_EQ(table_->Digest().channels.at(0).digest, server_.TrueDigest().bytes());
  }

  LyingServer server_;
  std::map<std::string, std::string> noted_;  // as the changes add up
  std::optional<Table<>> table_;              // goes first
};
using Keys = std::vector<std::string>;

TEST_F(ResyncTest, OfATableThatIsRightMendsAndLooksUpNothing) {
  for (int i = 0; i < 50; ++i) server_.Put(Key(i), "text");
  Open();
  const auto mended = table_->Resync(kChannel);
  ASSERT_TRUE(mended.ok()) << mended.status().ToString();
  EXPECT_EQ(*mended, Keys());
  EXPECT_EQ(server_.looked_up, 0u);
  EXPECT_TRUE(table_->Resync("another channel").ok());
}

TEST_F(ResyncTest, MendsWhatIsWrongMissingAndTooMuch) {
  for (int i = 0; i < 3'000; ++i) server_.Put(Key(i), "text");
  server_.Put(Key(7), "right", Key(7), "wrong");
  server_.Put(Key(1'500), "moved", Key(9'000), "moved");         // one is old, one is too much
  server_.Put(Key(2'000), std::nullopt, Key(8), "not deleted");  // a tombstone that did not come
  server_.Put("new", "never came", Key(9), std::nullopt);
  Open();
  const auto mended = table_->Resync(kChannel);
  ASSERT_TRUE(mended.ok()) << mended.status().ToString();
  EXPECT_EQ(*mended, (Keys{Key(7), Key(8), Key(9), Key(1'500), Key(2'000), Key(9'000), "new"}));
  ExpectRight();
  EXPECT_LT(server_.looked_up, 100u) << "of 3000 keys";
  EXPECT_EQ(server_.waited_for, 1u) << "whatever the number of ranges";
  EXPECT_EQ(*table_->Resync(kChannel), Keys());
  table_.reset();
  EXPECT_EQ(noted_, server_.Truth()) << "the changes were reported";
}

TEST_F(ResyncTest, MendsATableThatHasNothingOfTheChannel) {
  server_.Put("x", "text", "x", std::nullopt);
  for (int i = 0; i < 40; ++i) server_.Put(Key(i), "text", "x", std::nullopt);
  Open();
  EXPECT_EQ(table_->size(), 0u);
  const auto mended = table_->Resync(kChannel);
  ASSERT_TRUE(mended.ok()) << mended.status().ToString();
  EXPECT_EQ(mended->size(), 41u);
  ExpectRight();
}

// What the stream brings between the look-up and the mending is newer than what was looked up.
TEST_F(ResyncTest, NeverOverwritesWhatTheStreamBringsMeanwhile) {
  for (const char* key : {"a", "b", "d"}) server_.Put(key, "right", key, "wrong");
  server_.Put("c", "right", "other", "text");
  Open();
  server_.before_lookup_answer = [this] {
    server_.Put("a", "newer");
    server_.Put("b", std::nullopt);
    server_.Put("c", std::nullopt);  // was found, and is no more
    server_.Put("e", "new");
  };
  const auto mended = table_->Resync(kChannel);
  ASSERT_TRUE(mended.ok()) << mended.status().ToString();
  EXPECT_EQ(*mended, (Keys{"d", "other"}));
  ExpectRight();
}

TEST_F(ResyncTest, WithinACallbackItIsRefused) {
  server_.Put("a", "text");
  std::promise<Table<>*> made;
  auto table_made = made.get_future().share();
  std::promise<Status> refused;
  TableOptions<> options;
  options.on_change = [&](const TableChange<std::string>&) {
    refused.set_value(table_made.get()->Resync(kChannel).status());
  };
  table_.emplace(server_.MakeClient(), std::move(options));
  made.set_value(&*table_);
  EXPECT_EQ(refused.get_future().get().code(), StatusCode::kFailedPrecondition);
}

// Whatever is wrong, and whatever is written meanwhile, in the end it is right.
TEST_F(ResyncTest, EndsRightWhileTheLogGoesOn) {
  std::mt19937_64 random(1);
  const auto pick = [&random](int high) { return std::uniform_int_distribution(0, high)(random); };
  const auto text = [&pick]() -> LyingServer::Text {
    return pick(3) == 0 ? LyingServer::Text() : "text " + std::to_string(pick(1'000'000));
  };
  for (int i = 0; i < 400; ++i) {
    const auto truth = text();
    pick(9) == 0 ? server_.Put(Key(pick(150)), truth, Key(pick(150)), text())
                 : server_.Put(Key(pick(150)), truth);
  }
  server_.Put("present", "text");
  Open();
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int i = 0; i < 3'000 && !done; ++i) {
      const std::string key = Key(i * 7 % 150);
      server_.Put(key, i % 3 == 0 ? LyingServer::Text() : "written " + std::to_string(i));
      std::this_thread::yield();
    }
  });
  const auto mended = table_->Resync(kChannel);
  done = true;
  writer.join();
  ASSERT_TRUE(mended.ok()) << mended.status().ToString();
  ASSERT_TRUE(table_->Resync(kChannel).ok());
  ExpectRight();
}

}  // namespace
}  // namespace replog::client
