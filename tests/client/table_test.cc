#include "client/table.h"

#include <gtest/gtest.h>

#include <future>
#include <random>

#include "proto/wire/table_digest.h"
#include "tests/client/fake_server.h"
#include "tests/client/model_log.h"

namespace replog::client {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience{60'000};

// A FakeServer that serves one ModelLog.
class ServedLog {
 public:
  explicit ServedLog(uint64_t seed = 1) : log_(seed) {
    server_.OnSubscribe([this](grpc::ServerContext&, const v1::SubscribeRequest& request,
                               FakeServer::SubscribeWriter& writer) { return log_.Serve(request, writer); });
  }
  ~ServedLog() { log_.Close(); }

  ModelLog* operator->() { return &log_; }
  Client MakeClient() const { return server_.MakeClient(); }
  std::vector<v1::SubscribeRequest> requests() { return server_.subscribe_requests(); }

 private:
  ModelLog log_;
  FakeServer server_;
};

ModelLog::Rows RowsOf(const Table<>::Copy& copy, const ModelLog::Rows& sequences) {
  ModelLog::Rows rows;
  for (const auto& entry : copy.entries) {
    const auto known = sequences.find({entry.channel, entry.key});
    rows[{entry.channel, entry.key}] = {known == sequences.end() ? 0 : known->second.sequence, *entry.value};
  }
  return rows;
}

TableDigests DigestOf(const ModelLog::Rows& rows, uint64_t applied) {
  wire::RowHasher hasher;
  std::map<std::string, wire::TableDigest> channels;
  for (const auto& [name, entry] : rows) {
    wire::RecordView row;
    row.channel = name.first;
    row.key = name.second;
    row.sequence = entry.sequence;
    row.body_kind = wire::RecordView::Body::kText;
    row.body = entry.text;
    channels[name.first].Add(hasher.Hash(row));
  }
  TableDigests digests{applied, {}};
  for (const auto& [name, digest] : channels)
    digests.channels.push_back({name, digest.keys(), digest.bytes()});
  return digests;
}

TEST(Table, BootsFromTheTableAndFollows) {
  ServedLog log;
  log->Append("users", "alice", "blue");
  log->Append("users", "bob", "green");
  log->Append("users", "bob", std::nullopt);
  log->Trim(3);
  Table<> users(log.MakeClient(), {.log = "l", .channels = {"users"}});
  ASSERT_TRUE(users.WaitReady(kPatience).ok());
  EXPECT_EQ(*users.Get("users", "alice"), "blue");
  EXPECT_EQ(users.Get("users", "bob"), nullptr);
  EXPECT_EQ(users.Get("others", "alice"), nullptr);
  EXPECT_EQ(users.size(), 1u);
  const auto held = users.Get("users", "alice");
  const Position position = log->Append("users", "alice", "red");
  ASSERT_TRUE(users.WaitUntil(position, kPatience).ok());
  EXPECT_EQ(*users.Get("users", "alice"), "red");
  EXPECT_EQ(*held, "blue") << "a value that was got stays as it is";
  ASSERT_TRUE(users.WaitUntil(3, kPatience).ok());
  EXPECT_EQ(users.position()->log_uuid, position.log_uuid);
  EXPECT_TRUE(users.status().ok());
  EXPECT_EQ(log.requests()[0].log(), "l");
  EXPECT_EQ(log.requests()[0].channels(0), "users");
}

struct Color {
  std::string name;
  uint64_t written_at;
};

TEST(Table, HoldsWhatDecodeMakesOfARecord) {
  ServedLog log;
  log->Append("users", "alice", "blue");
  Table<Color> users(log.MakeClient(), {.decode = [](const RecordView& record) {
                       return Color{std::string(record.body()), record.sequence()};
                     }});
  ASSERT_TRUE(users.WaitReady(kPatience).ok());
  EXPECT_EQ(users.Get("users", "alice")->name, "blue");
  std::vector<std::string> seen;
  EXPECT_EQ(users.ForEach([&seen](std::string_view channel, std::string_view key, const Color& color) {
    seen.push_back(std::string(channel) + "/" + std::string(key) + "=" + color.name);
  }),
            1u);
  EXPECT_EQ(seen, (std::vector<std::string>{"users/alice=blue"}));
}

TEST(Table, WithoutADecodeItNeedsEndsAtOnce) {
  ServedLog log;
  const Table<Color> users(log.MakeClient(), {});
  EXPECT_EQ(users.WaitReady(kPatience).code(), StatusCode::kInvalidArgument);
  EXPECT_NE(users.status().message().find("decode"), std::string::npos);
  EXPECT_TRUE(log.requests().empty());
}

TEST(Table, EndsWithAnErrorThatTryingAgainCannotMend) {
  FakeServer server;
  server.OnSubscribe([](grpc::ServerContext&, const v1::SubscribeRequest&, FakeServer::SubscribeWriter&) {
    return ErrorWithReason(grpc::StatusCode::NOT_FOUND, "LOG_NOT_FOUND");
  });
  const Table<> users(server.MakeClient(), {});
  EXPECT_EQ(users.WaitReady(kPatience).reason(), "LOG_NOT_FOUND");
  EXPECT_EQ(users.status().reason(), "LOG_NOT_FOUND");
}

TEST(Table, MayBeDestroyedWithinItsCallback) {
  ServedLog log;
  log->Append("users", "alice", "blue");
  log->Append("users", "bob", "blue");
  std::promise<std::unique_ptr<Table<>>> made;
  auto table_made = made.get_future();
  std::promise<void> destroyed;
  int changes = 0;
  TableOptions<> options;
  options.on_change = [&](const TableChange<std::string>&) {
    EXPECT_EQ(++changes, 1);
    table_made.get().reset();
    destroyed.set_value();
  };
  made.set_value(std::make_unique<Table<>>(log.MakeClient(), std::move(options)));
  destroyed.get_future().wait();
}

// A table beside a plain map: whatever is put, deleted, trimmed, broken and forked, at every moment the table
// is what the log's records up to `applied` make, its changes add up to it, and its digest is computed right.
class TableProperty {
 public:
  explicit TableProperty(uint64_t seed) : random_(seed), log_(seed) {
    TableOptions<> options;
    options.on_change = [this](const TableChange<std::string>& change) { Note(change); };
    for (int i = 0; i < 30; ++i) Append();
    log_->set_break_percent(3);
    table_.emplace(log_.MakeClient(), std::move(options));
  }

  void Run(int steps) {
    for (int step = 0; step < steps && !testing::Test::HasFailure(); ++step) {
      const int kind = Pick(0, 199);
      if (kind < 160) {
        Append();
      } else if (kind < 170) {
        log_->Break();
      } else if (kind < 175) {
        log_->Trim(static_cast<uint64_t>(Pick(0, static_cast<int>(log_->end()))));
      } else if (kind < 177) {
        log_->Fork(static_cast<uint64_t>(Pick(0, static_cast<int>(log_->end()))));
      } else if (kind < 178) {
        log_->Recreate();
      } else if (kind < 190) {
        ExpectAStateOfTheLog();
      } else {
        ExpectInStep();
      }
    }
    ExpectInStep();
  }
  size_t requests() { return log_.requests().size(); }

 private:
  int Pick(int low, int high) { return std::uniform_int_distribution(low, high)(random_); }

  void Append() {
    const std::string channel = Pick(0, 1) == 0 ? "a" : "b";
    const std::string key = std::to_string(Pick(0, 25));
    switch (Pick(0, 9)) {
      case 0:
        log_->Append(channel, std::nullopt, "no key");
        return;
      case 1:
      case 2:
        log_->Append(channel, key, std::nullopt);
        return;
      default:
        log_->Append(channel, key, "text " + std::to_string(++texts_));
    }
  }

  // While it moves: what it holds is the state of one moment of one history.
  void ExpectAStateOfTheLog() {
    const auto copy = table_->Snapshot();
    bool found = copy.entries.empty() && copy.applied == 0;
    for (const auto& rows : log_->RowsOfEveryHistoryAt(copy.applied)) found |= RowsOf(copy, rows) == rows;
    EXPECT_TRUE(found) << "at " << copy.applied;
  }

  void ExpectInStep() {
    Append();  // of the newest epoch: who has it is on the newest history
    const Position position = log_->position();
    ASSERT_TRUE(table_->WaitUntil(position, kPatience).ok());
    const auto rows = log_->RowsAt(position.next_sequence);
    const auto copy = table_->Snapshot();
    ASSERT_EQ(copy.applied, position.next_sequence);
    ASSERT_EQ(RowsOf(copy, rows), rows);
    ASSERT_EQ(table_->Digest(), DigestOf(rows, position.next_sequence));
    ASSERT_EQ(table_->size(), rows.size());
    ASSERT_TRUE(table_->status().ok());
  }

  // The table's thread. A change of a key begins where the one before it has left it.
  void Note(const TableChange<std::string>& change) {
    auto& known = noted_[{std::string(change.channel), std::string(change.key)}].text;
    EXPECT_EQ(known, TextOf(change.before)) << change.key;
    EXPECT_NE(change.before, change.after);
    known = TextOf(change.after);
  }
  static std::string TextOf(const std::shared_ptr<const std::string>& value) {
    return value == nullptr ? "none" : *value;
  }

  std::mt19937_64 random_;
  int texts_ = 0;
  struct Text {
    std::string text = "none";
  };
  std::map<std::pair<std::string, std::string>, Text> noted_;
  ServedLog log_;
  std::optional<Table<>> table_;  // goes first
};

TEST(TablePropertyTest, EqualsAMapWhateverIsWrittenTrimmedBrokenAndForked) {
  std::random_device device;
  size_t requests = 0;
  for (int round = 0; round < 8 && !testing::Test::HasFailure(); ++round) {
    const uint64_t seed = round < 6 ? static_cast<uint64_t>(round) : device();
    SCOPED_TRACE("seed " + std::to_string(seed));
    TableProperty property(seed);
    property.Run(3000);
    requests += property.requests();
  }
  EXPECT_GT(requests, 500u) << "streams hardly ever broke";
}

}  // namespace
}  // namespace replog::client
