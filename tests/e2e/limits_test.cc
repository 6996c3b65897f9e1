// Bad input and limits: each is refused with a clear error, costs bounded memory and hurts nobody else.

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <condition_variable>
#include <fstream>
#include <mutex>

#include "proto/wire/fields.h"
#include "tests/e2e/peer.h"
#include "tests/support/server_process.h"

namespace replog {
namespace {

using grpc::StatusCode;
using testing::Eventually;
using testing::MakeAppend;
using testing::Peer;
using testing::Refusal;
using testing::RefusalOf;
using testing::RunReplogd;
using testing::ServerProcess;
using testing::Subscriber;
using testing::TempDirectory;
namespace rf = wire::record_field;

constexpr char kAppend[] = "/replog.v1.ReplicationLog/Append";
constexpr char kAppendStream[] = "/replog.v1.ReplicationLog/AppendStream";
constexpr char kSubscribe[] = "/replog.v1.ReplicationLog/Subscribe";
constexpr char kLookup[] = "/replog.v1.ReplicationLog/Lookup";
constexpr char kRead[] = "/replog.v1.ReplicationLog/Read";

std::string Bytes(uint32_t field, std::string_view value) {
  std::string encoded;
  wire::AppendBytesField(encoded, field, value);
  return encoded;
}

std::string Varint(uint32_t field, uint64_t value) {
  std::string encoded;
  wire::AppendVarintField(encoded, field, value);
  return encoded;
}

// One server for all tests of the suite: whatever one of them sends, the next must find it well.
class BadInput : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<ServerProcess>(); }
  static void TearDownTestSuite() { server_.reset(); }
  void TearDown() override {
    EXPECT_TRUE(server_->Running());
    const uint64_t before = peer_.GetLog().committed_end();
    EXPECT_EQ(peer_.MustAppend({"still well"}).first_sequence(), before);
  }

  Refusal Append(const v1::AppendRequest& request) { return RefusalOf(peer_.Append(request)); }
  Refusal Raw(const std::string& method, const std::string& bytes) {
    return RefusalOf(peer_.CallRaw(method, bytes));
  }
  // An append of one record made of these bytes.
  Refusal AppendRecord(const std::string& record) { return Raw(kAppend, Bytes(2, record)); }
  Refusal Subscribe(const v1::SubscribeRequest& request) {
    return RefusalOf(Subscriber(peer_, request).Finish());
  }
  Refusal Read(const v1::ReadRequest& request) {
    v1::ReadResponse response;
    return RefusalOf(peer_.Read(request, &response));
  }
  Refusal Create(const std::string& name, const v1::LogSettings& settings = {}) {
    grpc::ClientContext context;
    v1::CreateLogRequest request;
    request.set_log(name);
    *request.mutable_settings() = settings;
    v1::CreateLogResponse response;
    return RefusalOf(peer_.admin().CreateLog(&context, request, &response));
  }

  static std::unique_ptr<ServerProcess> server_;
  Peer peer_{server_->address()};
};
std::unique_ptr<ServerProcess> BadInput::server_;

void ExpectRefusal(const Refusal& refusal, StatusCode code, const std::string& reason,
                   const std::string& field = "") {
  EXPECT_EQ(refusal.code, code) << refusal.message;
  EXPECT_EQ(refusal.reason, reason) << refusal.message;
  EXPECT_FALSE(refusal.message.empty());
  if (!field.empty()) {
    const auto found = refusal.metadata.find("field");
    ASSERT_NE(found, refusal.metadata.end()) << refusal.message;
    EXPECT_EQ(found->second, field);
  }
}

TEST_F(BadInput, AnEmptyBatchIsRefused) {
  ExpectRefusal(Append({}), StatusCode::INVALID_ARGUMENT, "EMPTY_BATCH", "records");
}

TEST_F(BadInput, AnUnknownLogIsNotFoundByEveryCall) {
  ExpectRefusal(Append(MakeAppend({"a"}, "c", "no-such-log")), StatusCode::NOT_FOUND, "LOG_NOT_FOUND");
  v1::SubscribeRequest subscribe;
  subscribe.set_log("no-such-log");
  ExpectRefusal(Subscribe(subscribe), StatusCode::NOT_FOUND, "LOG_NOT_FOUND");
  v1::ReadRequest read;
  read.set_log("no-such-log");
  ExpectRefusal(Read(read), StatusCode::NOT_FOUND, "LOG_NOT_FOUND");
}

TEST_F(BadInput, ARecordOverItsLimitNamesTheLimitAndTheValue) {
  EXPECT_EQ(Append(MakeAppend({std::string((1 << 20) - 100, 'x')})).code, StatusCode::OK);
  const auto refusal = Append(MakeAppend({"a", std::string(1 << 20, 'x')}));
  ExpectRefusal(refusal, StatusCode::RESOURCE_EXHAUSTED, "TOO_LARGE", "records[1]");
  EXPECT_EQ(refusal.metadata.at("limit"), "1048576");
  EXPECT_GT(std::stoul(refusal.metadata.at("value")), 1048576u);
}

TEST_F(BadInput, ARequestOverItsLimitIsRefusedAlsoWhenItIsHuge) {
  const std::vector<std::string> texts(5, std::string(500'000, 'x'));
  ExpectRefusal(Append(MakeAppend(texts)), StatusCode::RESOURCE_EXHAUSTED, "TOO_LARGE", "request");
  EXPECT_EQ(Append(MakeAppend(std::vector<std::string>(40, std::string(500'000, 'x')))).code,
            StatusCode::RESOURCE_EXHAUSTED)
      << "the transport refuses what is far over it";
}

TEST_F(BadInput, HeadersOverTheirLimitsAreRefused) {
  auto request = MakeAppend({"a"});
  for (int i = 0; i < 65; ++i)
    (*request.mutable_records(0)->mutable_headers())["h" + std::to_string(i)] = "v";
  ExpectRefusal(Append(request), StatusCode::RESOURCE_EXHAUSTED, "TOO_LARGE", "records[0].headers");
  request = MakeAppend({"a"});
  (*request.mutable_records(0)->mutable_headers())["h"] = std::string(16 << 10, 'v');
  ExpectRefusal(Append(request), StatusCode::RESOURCE_EXHAUSTED, "TOO_LARGE", "records[0].headers");
  request = MakeAppend({"a"});
  (*request.mutable_records(0)->mutable_headers())[""] = "v";
  ExpectRefusal(Append(request), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD", "records[0].headers");
}

TEST_F(BadInput, ChannelsThatAreNotLegalAreRefused) {
  for (const std::string& channel : {std::string(), std::string(513, 'c'), std::string("a*"),
                                     std::string("a\nb"), std::string("\0", 1), std::string("\x7f")}) {
    ExpectRefusal(Append(MakeAppend({"a"}, channel)), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD",
                  "records[0].channel");
  }
}

TEST_F(BadInput, TextThatIsNotUtf8IsRefusedAnywhere) {
  const std::string bad = "\xff\xfe";
  const std::string channel = Bytes(rf::kChannel, "c");
  ExpectRefusal(AppendRecord(Bytes(rf::kChannel, bad)), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD");
  ExpectRefusal(AppendRecord(channel + Bytes(rf::kText, bad)), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD");
  ExpectRefusal(AppendRecord(channel + Bytes(rf::kHeaders, Bytes(1, bad))), StatusCode::INVALID_ARGUMENT,
                "INVALID_FIELD");
  ExpectRefusal(AppendRecord(channel + Bytes(rf::kHeaders, Bytes(1, "n") + Bytes(2, bad))),
                StatusCode::INVALID_ARGUMENT, "INVALID_FIELD");
  ExpectRefusal(Raw(kAppend, Bytes(1, bad) + Bytes(2, channel)), StatusCode::INVALID_ARGUMENT,
                "INVALID_FIELD", "log");
  EXPECT_EQ(Raw(kSubscribe, Bytes(1, bad)).code, StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Raw(kSubscribe, Bytes(8, bad)).code, StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Raw(kRead, Bytes(6, bad)).code, StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(AppendRecord(channel + Bytes(rf::kPayload, bad)).code, StatusCode::OK) << "bytes are bytes";
}

TEST_F(BadInput, DoubledFieldsAreRefused) {
  const std::string channel = Bytes(rf::kChannel, "c");
  const std::string header = Bytes(rf::kHeaders, Bytes(1, "n") + Bytes(2, "v"));
  const auto duplicate = [&](const std::string& record) {
    ExpectRefusal(AppendRecord(record), StatusCode::INVALID_ARGUMENT, "DUPLICATE_FIELD");
  };
  duplicate(channel + channel);
  duplicate(channel + Bytes(rf::kText, "a") + Bytes(rf::kText, "b"));
  duplicate(channel + Bytes(rf::kText, "a") + Bytes(rf::kPayload, "b"));
  duplicate(channel + header + header);
  ExpectRefusal(Raw(kAppend, Bytes(1, "default") + Bytes(1, "default") + Bytes(2, channel)),
                StatusCode::INVALID_ARGUMENT, "DUPLICATE_FIELD", "log");
}

TEST_F(BadInput, UnknownAndServerOwnedFieldsAreRefused) {
  const std::string channel = Bytes(rf::kChannel, "c");
  ExpectRefusal(AppendRecord(channel + Varint(99, 1)), StatusCode::INVALID_ARGUMENT, "UNKNOWN_FIELD");
  ExpectRefusal(Raw(kAppend, Bytes(2, channel) + Varint(99, 1)), StatusCode::INVALID_ARGUMENT,
                "UNKNOWN_FIELD");
  ExpectRefusal(AppendRecord(channel + Varint(rf::kSequence, 5)), StatusCode::INVALID_ARGUMENT,
                "SERVER_OWNED_FIELD", "records[0].sequence");
  ExpectRefusal(AppendRecord(channel + Bytes(rf::kTime, "")), StatusCode::INVALID_ARGUMENT,
                "SERVER_OWNED_FIELD", "records[0].time");
  ExpectRefusal(AppendRecord(channel + Bytes(rf::kProducer, "")), StatusCode::INVALID_ARGUMENT,
                "SERVER_OWNED_FIELD", "records[0].producer");
}

TEST_F(BadInput, UnknownFieldsAreRefusedByEveryCall) {
  for (const std::string method :
       {"ReplicationLog/Subscribe", "ReplicationLog/Read", "ReplicationLog/Lookup", "LogAdmin/CreateLog",
        "LogAdmin/GetLog", "LogAdmin/ListChannels", "LogAdmin/Verify", "Leases/Acquire", "Leases/Renew",
        "Leases/Release", "Leases/Get", "Leases/List"}) {
    const auto refusal = Raw("/replog.v1." + method, Varint(99, 1));
    ExpectRefusal(refusal, StatusCode::INVALID_ARGUMENT, "UNKNOWN_FIELD", "99");
  }
  // A field of a message within the request.
  const auto nested = Bytes(1, "x") + Bytes(2, Varint(99, 1));
  ExpectRefusal(Raw("/replog.v1.LogAdmin/CreateLog", nested), StatusCode::INVALID_ARGUMENT, "UNKNOWN_FIELD",
                "99");
}

TEST_F(BadInput, ABackupIsAskedForWithoutFields) {
  ExpectRefusal(Raw("/replog.v1.LogAdmin/Backup", Bytes(1, "/a/directory/of/an/older/draft")),
                StatusCode::INVALID_ARGUMENT, "UNKNOWN_FIELD", "1");
}

TEST_F(BadInput, IdsThatAreNotLegalAreRefused) {
  auto request = MakeAppend({"a"});
  request.mutable_records(0)->set_id(std::string(257, 'i'));
  const auto refusal = Append(request);
  ExpectRefusal(refusal, StatusCode::INVALID_ARGUMENT, "INVALID_FIELD", "records[0].id");
  EXPECT_EQ(refusal.metadata.at("limit"), "256");
  EXPECT_EQ(refusal.metadata.at("value"), "257");
  const std::string channel = Bytes(rf::kChannel, "c");
  ExpectRefusal(AppendRecord(channel + Bytes(rf::kId, "")), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD",
                "records[0].id");
  ExpectRefusal(AppendRecord(channel + Bytes(rf::kId, "\xff")), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD",
                "records[0].id");
  v1::LogSettings settings;
  settings.mutable_dedupe_window()->set_seconds(7 * 86'400 + 1);
  const auto window = Create("x", settings);
  ExpectRefusal(window, StatusCode::INVALID_ARGUMENT, "INVALID_FIELD", "settings.dedupe_window");
  EXPECT_EQ(window.metadata.at("limit"), "604800");
}

TEST_F(BadInput, StampsThatAreNotLegalAreRefused) {
  const auto refused = [&](const std::string& reason, const std::string& field,
                           const std::function<void(v1::ProducerStamp&)>& change,
                           StatusCode code = StatusCode::INVALID_ARGUMENT) {
    auto request = MakeAppend({"a"});
    request.mutable_producer()->set_id(1);
    request.mutable_producer()->set_epoch(1);
    request.mutable_producer()->set_first_sequence(0);
    change(*request.mutable_producer());
    ExpectRefusal(Append(request), code, reason, field);
  };
  refused("INVALID_FIELD", "producer.id", [](auto& stamp) { stamp.clear_id(); });
  refused("INVALID_FIELD", "producer.epoch", [](auto& stamp) { stamp.clear_epoch(); });
  refused("INVALID_FIELD", "producer.first_sequence", [](auto& stamp) { stamp.clear_first_sequence(); });
  refused("INVALID_FIELD", "producer.first_sequence",
          [](auto& stamp) { stamp.set_first_sequence(1ull << 63); });
  refused("SERVER_OWNED_FIELD", "producer.count", [](auto& stamp) { stamp.set_count(1); });
  refused("SERVER_OWNED_FIELD", "producer.outcomes", [](auto& stamp) { stamp.set_outcomes("x"); });
  refused(
      "UNKNOWN_PRODUCER", "producer", [](auto&) {}, StatusCode::NOT_FOUND);
}

TEST_F(BadInput, KeysTombstonesAndVersionsThatAreNotLegalAreRefused) {
  const auto invalid = [&](const std::string& field, const std::function<void(v1::NewRecord&)>& change) {
    auto request = MakeAppend({"a"});
    change(*request.mutable_records(0));
    ExpectRefusal(Append(request), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD", "records[0]." + field);
  };
  invalid("key", [](auto& record) { record.set_key(""); });
  invalid("key", [](auto& record) { record.set_key(std::string(1025, 'k')); });
  invalid("deleted", [](auto& record) { record.set_deleted(true); });
  invalid("version", [](auto& record) { record.set_version(1); });
  invalid("deleted", [](auto& record) {
    record.set_key("k");
    record.set_deleted(true);
  });
}

TEST_F(BadInput, ConditionsThatAreNotClearAreRefused) {
  auto request = MakeAppend({"a"});
  request.mutable_conditions()->add_keys()->set_channel("c");
  ExpectRefusal(Append(request), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD", "conditions.keys[0]");
  request.mutable_conditions()->mutable_keys(0)->set_absent(true);
  ExpectRefusal(Append(request), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD", "conditions.keys[0].key");
  request.mutable_conditions()->clear_keys();
  request.mutable_conditions()->set_newer_version_only(true);
  ExpectRefusal(Append(request), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD",
                "conditions.newer_version_only");
  request.mutable_records(0)->set_key("k");
  ExpectRefusal(Append(request), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD",
                "conditions.newer_version_only");
}

TEST_F(BadInput, LookupsThatAreNotLegalAreRefused) {
  const auto lookup = [&](const v1::LookupRequest& request) {
    grpc::ClientContext context;
    v1::LookupResponse response;
    return RefusalOf(peer_.log().Lookup(&context, request, &response));
  };
  v1::LookupRequest request;
  ExpectRefusal(lookup(request), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD", "channel");
  request.set_channel("c");
  request.add_keys("");
  ExpectRefusal(lookup(request), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD", "keys[0]");
  request.set_keys(0, "k");
  request.set_after_key("a");
  ExpectRefusal(lookup(request), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD", "after_key");
  request.clear_after_key();
  request.set_max_records(5);
  ExpectRefusal(lookup(request), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD", "max_records");
  request.set_max_records(0);
  for (int i = 0; i < 1000; ++i) request.add_keys("k");
  ExpectRefusal(lookup(request), StatusCode::RESOURCE_EXHAUSTED, "TOO_LARGE", "keys");
  request.clear_keys();
  request.set_max_records(100'001);
  ExpectRefusal(lookup(request), StatusCode::RESOURCE_EXHAUSTED, "TOO_LARGE", "max_records");
  request.set_max_records(0);
  request.set_log("nosuchlog");
  ExpectRefusal(lookup(request), StatusCode::NOT_FOUND, "LOG_NOT_FOUND");
}

TEST_F(BadInput, BytesThatAreNoMessageAreRefused) {
  const std::vector<std::string> malformed{"\xff",
                                           std::string(100, '\xff'),
                                           "\x0a\xff\xff\xff\xff\x0f",
                                           "\x0a\x05"
                                           "ab",
                                           std::string("\x00\x00", 2),
                                           "\x0b"};
  for (const std::string& bytes : malformed) {
    for (const char* method : {kAppend, kAppendStream, kSubscribe, kRead, kLookup}) {
      const auto refusal = Raw(method, bytes);
      EXPECT_EQ(refusal.code, StatusCode::INVALID_ARGUMENT) << method << ": " << refusal.message;
      EXPECT_EQ(refusal.reason, "MALFORMED") << method << ": " << refusal.message;
    }
  }
  ExpectRefusal(AppendRecord("\x1a\x7f"), StatusCode::INVALID_ARGUMENT, "MALFORMED");
}

TEST_F(BadInput, BytesThatAreNoMessageAreRefusedByTheAdministrationToo) {
  for (const char* method :
       {"CreateLog", "UpdateLog", "DeleteLog", "ListLogs", "GetLog", "ListChannels", "TrimLog", "Verify"}) {
    const auto refusal = Raw(std::string("/replog.v1.LogAdmin/") + method, "\xff");
    ExpectRefusal(refusal, StatusCode::INVALID_ARGUMENT, "MALFORMED");
  }
}

TEST_F(BadInput, StartsThatAreNotLegalAreRefused) {
  v1::SubscribeRequest subscribe;
  subscribe.set_new_only(false);
  ExpectRefusal(Subscribe(subscribe), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD", "new_only");
  subscribe.Clear();
  subscribe.mutable_from_time()->set_seconds(INT64_MAX);
  ExpectRefusal(Subscribe(subscribe), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD", "from_time");
  subscribe.Clear();
  subscribe.mutable_from_position();
  ExpectRefusal(Subscribe(subscribe), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD", "from_position");
  subscribe.Clear();
  subscribe.set_from_sequence(UINT64_MAX);
  ExpectRefusal(Subscribe(subscribe), StatusCode::OUT_OF_RANGE, "PAST_THE_END");
}

TEST_F(BadInput, HugeCountsAreRefused) {
  v1::SubscribeRequest subscribe;
  for (int i = 0; i < 257; ++i) subscribe.add_channels("c" + std::to_string(i));
  ExpectRefusal(Subscribe(subscribe), StatusCode::RESOURCE_EXHAUSTED, "TOO_LARGE", "channels");
  for (const uint32_t frame : {1u, 4095u, (3u << 20) + 1, UINT32_MAX}) {
    subscribe.Clear();
    subscribe.set_max_frame_bytes(frame);
    ExpectRefusal(Subscribe(subscribe), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD", "max_frame_bytes");
  }
  v1::ReadRequest read;
  read.set_max_records(UINT32_MAX);
  ExpectRefusal(Read(read), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD", "max_records");
  read.Clear();
  read.set_max_bytes((3u << 20) + 1);
  ExpectRefusal(Read(read), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD", "max_bytes");
}

TEST_F(BadInput, FiltersThatAreNotLegalAreRefused) {
  for (const std::string& pattern :
       {std::string(), std::string("a*b"), std::string("**"), std::string(513, 'c'), std::string("a\tb")}) {
    v1::SubscribeRequest subscribe;
    subscribe.add_channels("good");
    subscribe.add_channels(pattern);
    ExpectRefusal(Subscribe(subscribe), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD", "channels[1]");
  }
}

TEST_F(BadInput, LogNamesFollowTheirRules) {
  for (const std::string& name : {std::string(), std::string("a b"), std::string("a/b"), std::string(".a"),
                                  std::string("\xc3\xa4"), std::string(129, 'a')}) {
    ExpectRefusal(Create(name), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD", "log");
  }
  ExpectRefusal(Create("_system"), StatusCode::FAILED_PRECONDITION, "LOG_PROTECTED");
  EXPECT_EQ(Create(std::string(128, 'a')).code, StatusCode::OK);
  ExpectRefusal(Create(std::string(128, 'a')), StatusCode::ALREADY_EXISTS, "LOG_EXISTS");
}

TEST_F(BadInput, SettingsOutsideTheirRangesAreRefused) {
  v1::LogSettings settings;
  settings.mutable_retention_age()->set_nanos(999'999'999);
  ExpectRefusal(Create("s", settings), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD",
                "settings.retention_age");
  settings.mutable_retention_age()->set_seconds(-1);
  ExpectRefusal(Create("s", settings), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD",
                "settings.retention_age");
  settings.mutable_retention_age()->set_seconds(INT64_MAX);
  ExpectRefusal(Create("s", settings), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD",
                "settings.retention_age");
  settings.Clear();
  settings.set_retention_bytes((1 << 20) - 1);
  ExpectRefusal(Create("s", settings), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD",
                "settings.retention_bytes");
  settings.Clear();
  settings.set_durability(static_cast<v1::Durability>(77));
  ExpectRefusal(Create("s", settings), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD", "settings.durability");
}

TEST_F(BadInput, AnAppendStreamAnswersErrorsInBandInOrderAndStaysOpen) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + testing::kPatience);
  const auto stream = peer_.log().AppendStream(&context);
  ASSERT_TRUE(stream->Write(MakeAppend({"1"})));
  ASSERT_TRUE(stream->Write(MakeAppend({"2"}, "c", "no-such-log")));
  ASSERT_TRUE(stream->Write(MakeAppend({"3"}, "")));
  ASSERT_TRUE(stream->Write({}));
  ASSERT_TRUE(stream->Write(MakeAppend({std::string(1 << 20, 'x')})));
  ASSERT_TRUE(stream->Write(MakeAppend({"6", "6"})));
  stream->WritesDone();
  std::vector<std::string> outcomes;
  std::vector<uint64_t> firsts;
  v1::AppendStreamResponse response;
  while (stream->Read(&response)) {
    outcomes.push_back(response.has_error() ? RefusalOf(response.error()).reason : "appended");
    if (response.has_appended()) firsts.push_back(response.appended().first_sequence());
  }
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(outcomes, (std::vector<std::string>{"appended", "LOG_NOT_FOUND", "INVALID_FIELD", "EMPTY_BATCH",
                                                "TOO_LARGE", "appended"}));
  ASSERT_EQ(firsts.size(), 2u);
  EXPECT_EQ(firsts[1], firsts[0] + 1) << "what was refused took no sequence";
}

// ------------------------------------------------------------------------------------ clients that misbehave

TEST(BadClient, ThatVanishesInTheMiddleOfAStreamIsForgotten) {
  const char* cli = std::getenv("REPLOG_CLI");
  ASSERT_NE(cli, nullptr);
  ServerProcess server;
  Peer peer(server.address());
  peer.MustAppend({"a"});
  const TempDirectory files;
  {
    testing::ChildProcess client({cli, "--server", server.address(), "tail"}, files / "out", files / "err");
    Eventually("it is subscribed", [&] { return peer.GetLog().subscribers() == 1; });
    client.Signal(SIGKILL);
    client.Wait();
  }
  Eventually("it is forgotten", [&] { return peer.GetLog().subscribers() == 0; });
  {
    Subscriber cancelled(peer, {});
    v1::SubscribeResponse frame;
    ASSERT_TRUE(cancelled.Next(frame));
    EXPECT_EQ(peer.GetLog().subscribers(), 1u);
  }
  Eventually("it is forgotten", [&] { return peer.GetLog().subscribers() == 0; });
}

TEST(BadClient, ThatNeverReadsAnswersOfAnAppendStreamCostsBoundedMemoryAndBlocksNobody) {
  ServerProcess server({"--tail-bytes", "1MiB", "--memtable-bytes", "1MiB", "--cache-bytes", "1MiB"});
  Peer deaf(server.address());
  grpc::ClientContext context;
  const auto stream = deaf.log().AppendStream(&context);
  constexpr int kAll = 2'000'000;
  std::atomic<int> written{0};
  Peer other(server.address());
  other.MustAppend({"before"});
  const size_t before = server.ResidentBytes();
  std::thread writer([&] {
    while (written < kAll && stream->Write(MakeAppend({"x"}))) ++written;
  });
  int last = 0;
  int unchanged = 0;
  Eventually("the answers that nobody reads stop it", [&] {
    const int now = written;
    unchanged = now == last && now > 0 ? unchanged + 1 : 0;
    last = now;
    return unchanged > 50;
  });
  EXPECT_LT(written, kAll);
  EXPECT_TRUE(other.Append(MakeAppend({"in between"})).ok());
  constexpr size_t kBound = 64 << 20;  // memtables and what the answers may take, and not what was written
  if (!testing::UnderAddressSanitizer()) EXPECT_LT(server.ResidentBytes(), before + kBound);
  context.TryCancel();
  writer.join();
  v1::AppendStreamResponse response;
  while (stream->Read(&response)) {
  }
  EXPECT_EQ(stream->Finish().error_code(), StatusCode::CANCELLED);
  EXPECT_TRUE(other.Append(MakeAppend({"after"})).ok());
}

// Counts what its streams have reached.
struct Crowd {
  void Reached(int& counter) {
    std::lock_guard lock(mutex);
    ++counter;
    changed.notify_all();
  }
  bool Await(int& counter, int wanted) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, testing::kPatience, [&] { return counter >= wanted; });
  }
  std::mutex mutex;
  std::condition_variable changed;
  int caught_up = 0;
  int received = 0;
  int done = 0;
};

class CrowdReader final : public grpc::ClientReadReactor<v1::SubscribeResponse> {
 public:
  CrowdReader(Peer& peer, Crowd& crowd) : crowd_(crowd) {
    peer.log().async()->Subscribe(&context_, &request_, this);
    StartRead(&frame_);
    StartCall();
  }
  void OnReadDone(bool ok) override {
    if (!ok) return;
    if (!std::exchange(said_caught_up_, true)) crowd_.Reached(crowd_.caught_up);
    if (frame_.records_size() > 0) crowd_.Reached(crowd_.received);
    StartRead(&frame_);
  }
  void OnDone(const grpc::Status&) override { crowd_.Reached(crowd_.done); }
  void Cancel() { context_.TryCancel(); }

 private:
  Crowd& crowd_;
  grpc::ClientContext context_;
  v1::SubscribeRequest request_;
  v1::SubscribeResponse frame_;
  bool said_caught_up_ = false;
};

TEST(ManyStreams, TenThousandOnOneConnectionAllReceiveAndAreForgotten) {
  constexpr int kStreams = 10'000;
  ServerProcess server;
  Peer peer(server.address());
  Peer writer(server.address());
  Crowd crowd;
  std::vector<std::unique_ptr<CrowdReader>> readers;
  for (int i = 0; i < kStreams; ++i) readers.push_back(std::make_unique<CrowdReader>(peer, crowd));
  EXPECT_TRUE(crowd.Await(crowd.caught_up, kStreams));
  EXPECT_EQ(writer.GetLog().subscribers(), static_cast<uint64_t>(kStreams));
  writer.MustAppend({"to all"});
  EXPECT_TRUE(crowd.Await(crowd.received, kStreams));
  for (const auto& reader : readers) reader->Cancel();
  EXPECT_TRUE(crowd.Await(crowd.done, kStreams));
  Eventually("all are forgotten", [&] { return writer.GetLog().subscribers() == 0; });
}

// ----------------------------------------------------------------------------------------- starting a server

class BadStart : public ::testing::Test {
 protected:
  // Expects a server with these arguments to end with `exit_code` and to say why.
  static void Expect(const std::vector<std::string>& arguments, int exit_code, const std::string& why) {
    const auto finished = RunReplogd(arguments);
    EXPECT_EQ(finished.exit_code, exit_code) << finished.err;
    EXPECT_NE((finished.err + finished.out).find(why), std::string::npos) << finished.err << finished.out;
  }
  const TempDirectory files_;
};

TEST_F(BadStart, ASecondServerOnADirectoryIsRefusedAndTheFirstGoesOn) {
  ServerProcess server;
  Expect({"--listen", "127.0.0.1:0", "--http-listen", "none", "--data", server.data()}, 1,
         "in use by another server");
  EXPECT_TRUE(Peer(server.address()).Append(MakeAppend({"a"})).ok());
}

TEST_F(BadStart, ADirectoryWhoseParentIsMissingIsRefusedAndNotMade) {
  Expect({"--listen", "127.0.0.1:0", "--http-listen", "none", "--data", files_ / "missing/data"}, 1,
         files_ / "missing/data");
}

TEST_F(BadStart, AFileInPlaceOfTheDirectoryIsRefused) {
  std::ofstream(files_ / "file") << "not a directory";
  Expect({"--listen", "127.0.0.1:0", "--http-listen", "none", "--data", files_ / "file"}, 1, files_ / "file");
}

TEST_F(BadStart, ADirectoryWithSomethingElseInItIsRefused) {
  std::ofstream(files_ / "somebody's file") << "precious";
  Expect({"--listen", "127.0.0.1:0", "--http-listen", "none", "--data", files_.path()}, 1, "not empty");
}

TEST_F(BadStart, APortThatIsInUseIsRefused) {
  ServerProcess server;
  Expect({"--listen", server.address(), "--http-listen", "none", "--data", files_ / "data"}, 1, "in use");
  EXPECT_TRUE(Peer(server.address()).Append(MakeAppend({"a"})).ok());
}

TEST_F(BadStart, WrongUsageIsToldApartFromAFailure) {
  Expect({"--no-such-flag"}, 2, "no-such-flag");
  Expect({"--max-record-bytes", "1"}, 2, "max-record-bytes");
  Expect({"--max-channel-bytes", "513"}, 2, "max-channel-bytes");
  Expect({"--log-level", "loud"}, 2, "log-level");
}

TEST(ConfiguredLimits, AreTheOnesThatHold) {
  ServerProcess server({"--max-record-bytes", "1KiB", "--max-request-bytes", "4KiB", "--max-headers", "1",
                        "--max-header-bytes", "10", "--max-channel-bytes", "3"});
  Peer peer(server.address());
  const auto refused = [&](const v1::AppendRequest& request) { return RefusalOf(peer.Append(request)); };
  EXPECT_EQ(refused(MakeAppend({std::string(1000, 'x')})).code, StatusCode::OK);
  ExpectRefusal(refused(MakeAppend({std::string(1024, 'x')})), StatusCode::RESOURCE_EXHAUSTED, "TOO_LARGE",
                "records[0]");
  ExpectRefusal(refused(MakeAppend(std::vector<std::string>(5, std::string(900, 'x')))),
                StatusCode::RESOURCE_EXHAUSTED, "TOO_LARGE", "request");
  ExpectRefusal(refused(MakeAppend({"x"}, "four")), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD",
                "records[0].channel");
  auto headers = MakeAppend({"x"});
  (*headers.mutable_records(0)->mutable_headers())["a"] = "0123456789";
  ExpectRefusal(refused(headers), StatusCode::RESOURCE_EXHAUSTED, "TOO_LARGE", "records[0].headers");
}

}  // namespace
}  // namespace replog
