// Backups of a real server under load, and what is restored of them.

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "replog/v1/leases.grpc.pb.h"
#include "tests/e2e/peer.h"
#include "tests/support/server_process.h"

namespace replog {
namespace {

namespace fs = std::filesystem;
using grpc::StatusCode;
using testing::Eventually;
using testing::Finished;
using testing::MakeAppend;
using testing::Peer;
using testing::RefusalOf;
using testing::ServerProcess;
using testing::Subscriber;

std::string CliPath() { return std::getenv("REPLOG_CLI"); }

v1::AppendRequest MakePut(const std::string& key, const std::string& text, const std::string& id) {
  auto request = MakeAppend({text});
  request.mutable_records(0)->set_key(key);
  request.mutable_records(0)->set_id(id);
  return request;
}

std::vector<v1::Record> ReadUntil(Peer& peer, const std::string& log, uint64_t end) {
  v1::SubscribeRequest request;
  request.set_log(log);
  request.set_until_sequence(end);
  return Subscriber(peer, request).ReadAll();
}

// How a subscription from a position is answered: refused, or OK at the log's end.
grpc::Status ResumeAt(Peer& peer, const v1::Position& position) {
  v1::SubscribeRequest request;
  *request.mutable_from_position() = position;
  request.set_until_sequence(peer.GetLog().committed_end());
  Subscriber subscriber(peer, request);
  subscriber.ReadAll();
  return subscriber.Finish();
}

// The position that the server tells behind the record `last`.
v1::Position PositionBehind(Peer& peer, uint64_t last) {
  v1::ReadRequest request;
  request.set_from_sequence(last);
  request.set_max_records(1);
  grpc::ClientContext context;
  v1::ReadResponse page;
  const auto status = peer.log().Read(&context, request, &page);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return page.position();
}

// Appends of every kind, as fast as they are answered, until it is destroyed.
class Load {
 public:
  explicit Load(const ServerProcess& server) {
    for (int writer = 0; writer < 2; ++writer) {
      threads_.emplace_back([this, writer, address = server.address()] { Keyed(address, writer); });
    }
    threads_.emplace_back([this, address = server.address()] { Plain(address); });
    threads_.emplace_back([this, address = server.address()] { Leased(address); });
  }
  ~Load() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
  }
  // Waits for so many more acknowledged appends.
  void Await(uint64_t more) const {
    const uint64_t wanted = acknowledged_ + more;
    Eventually("appends are acknowledged", [&] { return acknowledged_ >= wanted; });
  }

 private:
  void Keyed(const std::string& address, int writer) {
    Peer peer(address);
    std::mt19937 random(static_cast<unsigned>(writer));
    for (uint64_t i = 0; !stop_; ++i) {
      const std::string id = std::to_string(writer) + "-" + std::to_string(i);
      auto request =
          MakePut("key" + std::to_string(random() % 300), std::string(random() % 2000, 'v') + id, id);
      if (random() % 5 == 0) {
        request.mutable_records(0)->clear_text();
        request.mutable_records(0)->set_deleted(true);
      }
      peer.MustAppend(request);
      ++acknowledged_;
    }
  }
  void Plain(const std::string& address) {
    Peer peer(address);
    for (uint64_t i = 0; !stop_; ++i) {
      peer.MustAppend(MakeAppend({"order", std::to_string(i)}, "channel" + std::to_string(i % 50), "orders"));
      ++acknowledged_;
    }
  }
  void Leased(const std::string& address) {
    Peer peer(address);
    const auto leases = v1::Leases::NewStub(peer.channel());
    for (uint64_t i = 0; !stop_; ++i) {
      v1::AcquireRequest request;
      request.set_name("lease" + std::to_string(i % 100));
      request.set_holder("load");
      request.mutable_ttl()->set_seconds(600);
      grpc::ClientContext context;
      v1::AcquireResponse response;
      ASSERT_TRUE(leases->Acquire(&context, request, &response).ok());
      auto append = MakeAppend({"under a lease"}, "leased");
      *append.mutable_conditions()->mutable_lease() = response.lease().token();
      peer.MustAppend(append);
      ++acknowledged_;
    }
  }

  std::atomic<bool> stop_{false};
  std::atomic<uint64_t> acknowledged_{0};
  std::vector<std::thread> threads_;
};

class BackupTest : public ::testing::Test {
 protected:
  Finished Backup(const std::string& to) const {
    return testing::RunProgram({CliPath(), "--server", server_.address(), "--json", "backup", "--to", to});
  }
  void MustBackUp() {
    const auto backup = Backup(backup_);
    ASSERT_EQ(backup.exit_code, 0) << backup.err;
  }
  Finished RestoreTo(const std::string& data) const {
    return testing::RunReplogd({"restore", "--from", backup_, "--data", data});
  }
  Finished Restore() const { return RestoreTo(data_); }
  void MustRestoreTo(const std::string& data) const {
    const auto restored = RestoreTo(data);
    ASSERT_EQ(restored.exit_code, 0) << restored.err;
  }
  void MustRestore() const { MustRestoreTo(data_); }
  // More than flow control lets through to a client that does not read.
  void AppendMuch() {
    std::mt19937 random(1);
    for (int i = 0; i < 32; ++i) {
      std::string noise(1'000'000, '\0');
      for (char& c : noise) c = static_cast<char>('a' + random() % 26);
      peer_.MustAppend(MakeAppend({noise}));
    }
  }
  bool CopyExists() const { return fs::exists(server_.data() + "/BACKUP"); }

  const testing::TempDirectory files_;
  const std::string backup_ = files_ / "backup";
  const std::string data_ = files_ / "restored";
  ServerProcess server_;
  Peer peer_{server_.address()};
};

// What the restored log is, up to its end, the source is too.
void ExpectSameHistory(Peer& source, Peer& restored, const std::string& log) {
  SCOPED_TRACE(log);
  const v1::LogInfo was = source.GetLog(log);
  const v1::LogInfo is = restored.GetLog(log);
  EXPECT_EQ(is.uuid(), was.uuid());
  EXPECT_GT(is.lineage(), was.lineage());
  EXPECT_EQ(is.settings().SerializeAsString(), was.settings().SerializeAsString());
  ASSERT_LE(is.committed_end(), was.committed_end());
  const auto expected = ReadUntil(source, log, is.committed_end());
  const auto records = ReadUntil(restored, log, is.committed_end());
  ASSERT_EQ(records.size(), expected.size());
  for (size_t i = 0; i < records.size(); ++i) {
    ASSERT_EQ(records[i].SerializeAsString(), expected[i].SerializeAsString()) << i;
  }
}

// The table that a log's records make.
std::map<std::string, std::string> TableOf(const std::vector<v1::Record>& records) {
  std::map<std::string, std::string> table;
  for (const v1::Record& record : records) {
    if (record.has_key()) table[record.key()] = record.SerializeAsString();
    if (record.has_key() && record.deleted()) table.erase(record.key());
  }
  return table;
}

TEST_F(BackupTest, UnderFullLoadRestoresToWhatTheSourceWas) {
  v1::CreateLogRequest create;
  create.set_log("orders");
  create.mutable_settings()->set_retention_records(1'000'000);
  create.mutable_settings()->set_durability(v1::DURABILITY_OS);
  grpc::ClientContext context;
  v1::CreateLogResponse created;
  ASSERT_TRUE(peer_.admin().CreateLog(&context, create, &created).ok());
  uint64_t end_before = 0;
  {
    Load load(server_);
    load.Await(1000);
    end_before = peer_.GetLog().committed_end();
    MustBackUp();
    load.Await(500);
  }
  EXPECT_FALSE(CopyExists());
  MustRestore();
  const auto verified = testing::RunReplogd({"verify", "--data", data_});
  EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;

  ServerProcess copy({}, data_);
  Peer restored(copy.address());
  const uint64_t fork = restored.GetLog().committed_end();
  EXPECT_GE(fork, end_before) << "what was acknowledged before the backup began is in it";
  EXPECT_LT(fork, peer_.GetLog().committed_end()) << "the source went on";
  ExpectSameHistory(peer_, restored, "default");
  ExpectSameHistory(peer_, restored, "orders");

  const auto records = ReadUntil(restored, "", fork);
  v1::SubscribeRequest table;
  table.set_table(true);
  table.set_until_sequence(fork);
  EXPECT_EQ(TableOf(Subscriber(restored, table).ReadAll()), TableOf(records));
  // Ids are known again.
  const auto known = std::find_if(records.rbegin(), records.rend(), [](const auto& record) {
    return !record.id().empty() && !record.deleted();
  });
  ASSERT_NE(known, records.rend());
  const auto again = restored.MustAppend(MakePut(known->key(), known->text(), known->id()));
  ASSERT_EQ(again.results_size(), 1);
  EXPECT_EQ(again.results(0).outcome(), v1::AppendResult::DUPLICATE);
  EXPECT_EQ(again.results(0).sequence(), known->sequence());
}

TEST_F(BackupTest, WhoIsAheadOfTheCopyLearnsSoAndWhoIsBehindGoesOn) {
  const v1::Position behind = peer_.MustAppend({"a"}).position();
  const v1::Position at_the_end = peer_.MustAppend({"b"}).position();
  MustBackUp();
  const v1::Position ahead = peer_.MustAppend({"c"}).position();
  server_.Kill9();
  server_.Restart();
  peer_.Reconnect();
  const v1::Position of_a_later_epoch = peer_.MustAppend({"d"}).position();
  MustRestore();
  ServerProcess copy({}, data_);
  Peer restored(copy.address());
  for (const int round : {1, 2}) {
    SCOPED_TRACE(round);
    for (const v1::Position& position : {behind, at_the_end}) EXPECT_TRUE(ResumeAt(restored, position).ok());
    for (const v1::Position& position : {ahead, of_a_later_epoch}) {
      const auto refusal = RefusalOf(ResumeAt(restored, position));
      EXPECT_EQ(refusal.code, StatusCode::ABORTED);
      EXPECT_EQ(refusal.reason, "FORKED");
      EXPECT_EQ(refusal.metadata.at("fork_sequence"), "2");
    }
    // The same when the copy has other records of those sequences, and was started again.
    restored.MustAppend({"another c", "another d", "e"});
    copy.Kill9();
    copy.Restart();
    restored.Reconnect();
  }
  // And back: who has read of the copy what both have goes on at the source, who has read more cannot.
  for (const uint64_t last : {0, 1}) {
    SCOPED_TRACE(last);
    const v1::Position shared = PositionBehind(restored, last);
    EXPECT_GT(shared.lineage(), behind.lineage());
    EXPECT_TRUE(ResumeAt(peer_, shared).ok());
  }
  EXPECT_EQ(RefusalOf(ResumeAt(peer_, restored.MustAppend({"f"}).position())).reason, "FORKED");
}

v1::LeaseToken Acquire(Peer& peer, const std::string& holder) {
  v1::AcquireRequest request;
  request.set_name("leader");
  request.set_holder(holder);
  request.mutable_ttl()->set_seconds(600);
  grpc::ClientContext context;
  v1::AcquireResponse response;
  const auto status = v1::Leases::NewStub(peer.channel())->Acquire(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.lease().token();
}

grpc::Status Release(Peer& peer, const v1::LeaseToken& token) {
  v1::ReleaseRequest request;
  *request.mutable_token() = token;
  grpc::ClientContext context;
  v1::ReleaseResponse response;
  return v1::Leases::NewStub(peer.channel())->Release(&context, request, &response);
}

grpc::Status AppendUnder(Peer& peer, const v1::LeaseToken& token) {
  auto append = MakeAppend({"under a lease"});
  *append.mutable_conditions()->mutable_lease() = token;
  return peer.Append(append);
}

TEST_F(BackupTest, EveryTokenOfTheCopyOutranksThoseFromBefore) {
  const auto before = Acquire(peer_, "one");
  ASSERT_TRUE(AppendUnder(peer_, before).ok());
  MustBackUp();
  // The source goes on granting: its sequences grow past all of the copy's.
  ASSERT_TRUE(Release(peer_, before).ok());
  v1::LeaseToken after = Acquire(peer_, "two");
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(Release(peer_, after).ok());
    after = Acquire(peer_, "two");
  }
  MustRestore();
  ServerProcess copy({}, data_);
  Peer restored(copy.address());
  EXPECT_EQ(RefusalOf(Release(restored, before)).reason, "LEASE_NOT_HELD") << "the holder has to ask again";
  const auto of_copy = Acquire(restored, "one");
  EXPECT_GT(of_copy.lineage(), before.lineage());
  EXPECT_LT(of_copy.sequence(), after.sequence()) << "or this test says nothing";
  EXPECT_TRUE(AppendUnder(restored, of_copy).ok());
  for (const auto& token : {before, after})
    EXPECT_EQ(RefusalOf(AppendUnder(restored, token)).reason, "LEASE_FENCED");
  EXPECT_TRUE(AppendUnder(restored, of_copy).ok());
}

// Two copies of one backup give their leases the same sequences.
TEST_F(BackupTest, ATokenOfOneCopyIsNoTokenOfAnother) {
  MustBackUp();
  MustRestore();
  MustRestoreTo(files_ / "restored again");
  ServerProcess first({}, data_);
  ServerProcess second({}, files_ / "restored again");
  Peer one(first.address());
  Peer other(second.address());
  const auto of_first = Acquire(one, "node");
  const auto of_second = Acquire(other, "node");
  ASSERT_EQ(of_first.sequence(), of_second.sequence()) << "or this test says nothing";
  EXPECT_EQ(RefusalOf(Release(one, of_second)).reason, "LEASE_NOT_HELD");
  EXPECT_EQ(RefusalOf(Release(other, of_first)).reason, "LEASE_NOT_HELD");
  EXPECT_TRUE(Release(one, of_first).ok());
}

v1::RegisterProducerResponse Register(Peer& peer) {
  v1::RegisterProducerRequest request;
  request.set_name("loader");
  grpc::ClientContext context;
  v1::RegisterProducerResponse response;
  const auto status = peer.log().RegisterProducer(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response;
}

grpc::Status AppendAs(Peer& peer, const v1::RegisterProducerResponse& producer, uint64_t number) {
  auto append = MakeAppend({"stamped " + std::to_string(number)});
  append.mutable_producer()->set_id(producer.id());
  append.mutable_producer()->set_epoch(producer.epoch());
  append.mutable_producer()->set_first_sequence(number);
  return peer.Append(append);
}

TEST_F(BackupTest, AProducerOfTheSourceIsNeverTakenForOneOfTheCopy) {
  const auto before = Register(peer_);
  ASSERT_TRUE(AppendAs(peer_, before, 0).ok());
  MustBackUp();
  ASSERT_TRUE(AppendAs(peer_, before, 1).ok());
  const auto after = Register(peer_);
  ASSERT_TRUE(AppendAs(peer_, after, 2).ok());
  MustRestore();
  ServerProcess copy({}, data_);
  Peer restored(copy.address());
  EXPECT_EQ(RefusalOf(AppendAs(restored, after, 3)).reason, "UNKNOWN_PRODUCER");
  const auto gap = RefusalOf(AppendAs(restored, before, 2));
  EXPECT_EQ(gap.reason, "PRODUCER_GAP") << "what the copy does not have is not passed over";
  EXPECT_EQ(gap.metadata.at("expected_sequence"), "1");
  const auto of_copy = Register(restored);
  EXPECT_EQ(of_copy.id(), before.id());
  EXPECT_EQ(of_copy.next_sequence(), 1u) << "where the backup has it";
  EXPECT_GT(of_copy.epoch(), after.epoch());
  EXPECT_TRUE(AppendAs(restored, of_copy, 1).ok());
  for (const auto& producer : {before, after})
    EXPECT_EQ(RefusalOf(AppendAs(restored, producer, 2)).reason, "PRODUCER_FENCED");
}

// A call whose client reads the first message and no more.
struct HeldBackup {
  explicit HeldBackup(Peer& peer) : reader(peer.admin().Backup(&context, v1::BackupRequest())) {
    v1::BackupResponse first;
    EXPECT_TRUE(reader->Read(&first));
    EXPECT_TRUE(first.has_manifest());
  }
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReader<v1::BackupResponse>> reader;
};

TEST_F(BackupTest, IsMadeOneAtATimeAndGoesWithItsClient) {
  AppendMuch();
  {
    HeldBackup held(peer_);
    EXPECT_TRUE(CopyExists());
    const auto second = Backup(backup_);
    EXPECT_EQ(second.exit_code, 1);
    EXPECT_NE(second.err.find("BUSY"), std::string::npos) << second.err;
    EXPECT_FALSE(fs::exists(backup_)) << "nothing stays behind";
    peer_.MustAppend({"appends go on beside a client that does not read"});
    held.context.TryCancel();
  }
  Eventually("the copy is removed", [&] { return !CopyExists(); });
  MustBackUp();
}

TEST_F(BackupTest, AKilledServerLeavesNothingAtItsNextStart) {
  AppendMuch();
  HeldBackup held(peer_);
  ASSERT_TRUE(CopyExists());
  server_.Kill9();
  EXPECT_TRUE(CopyExists());
  server_.Restart();
  EXPECT_FALSE(CopyExists());
  peer_.Reconnect();
  MustBackUp();
}

TEST_F(BackupTest, StopsWithTheServer) {
  AppendMuch();
  HeldBackup held(peer_);
  EXPECT_EQ(server_.Terminate(), 0);
  EXPECT_FALSE(CopyExists());
}

TEST_F(BackupTest, AClientWhoseServerIsKilledSaysSoAndLeavesNothing) {
  AppendMuch();
  testing::ChildProcess client({CliPath(), "--server", server_.address(), "backup", "--to", backup_},
                               files_ / "out", files_ / "err");
  Eventually("the backup has begun",
             [&] { return fs::exists(backup_ + "/unfinished") || !client.Running(); });
  ASSERT_TRUE(client.Running());
  server_.Kill9();
  EXPECT_NE(client.Wait(), 0);
  EXPECT_NE(testing::ReadFile(files_ / "err"), "");
  EXPECT_FALSE(fs::exists(backup_));
}

TEST_F(BackupTest, AKilledClientLeavesWhatTheNextOneClearsAway) {
  AppendMuch();
  {
    testing::ChildProcess client({CliPath(), "--server", server_.address(), "backup", "--to", backup_},
                                 files_ / "out", files_ / "err");
    Eventually("the backup has begun", [&] { return fs::exists(backup_ + "/unfinished"); });
    client.Signal(SIGKILL);
    EXPECT_EQ(client.Wait(), -SIGKILL);
  }
  ASSERT_FALSE(fs::exists(backup_ + "/manifest.json"));
  EXPECT_EQ(Restore().exit_code, 1);
  EXPECT_NE(Restore().err.find("not finished"), std::string::npos) << Restore().err;
  Eventually("the copy is removed", [&] { return !CopyExists(); });
  MustBackUp();
  MustRestore();
}

TEST_F(BackupTest, AKilledRestoreLeavesNoStoreAndIsDoneAgain) {
  AppendMuch();
  MustBackUp();
  {
    testing::ChildProcess restore({testing::ReplogdPath(), "restore", "--from", backup_, "--data", data_},
                                  files_ / "out", files_ / "err");
    Eventually("the restore has begun", [&] { return fs::exists(data_ + "/unfinished"); });
    restore.Signal(SIGKILL);
    ASSERT_EQ(restore.Wait(), -SIGKILL);
  }
  EXPECT_THROW(ServerProcess({}, data_), std::runtime_error);
  MustRestore();
  ServerProcess copy({}, data_);
  EXPECT_EQ(Peer(copy.address()).GetLog().committed_end(), 32u);
}

TEST_F(BackupTest, AFullServerIsNotBackedUp) {
  ServerProcess full({"--reserve-bytes", std::to_string(uint64_t{1} << 50)});
  const auto backup = testing::RunProgram({CliPath(), "--server", full.address(), "backup", "--to", backup_});
  EXPECT_EQ(backup.exit_code, 1);
  EXPECT_NE(backup.err.find("DISK_FULL"), std::string::npos) << backup.err;
  EXPECT_FALSE(fs::exists(backup_));
}

TEST_F(BackupTest, IsWrittenAndRestoredToEmptyDirectoriesOnly) {
  fs::create_directory(backup_);
  std::ofstream(backup_ + "/mine") << "keep";
  const auto refused = Backup(backup_);
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.err.find("DIRECTORY_NOT_EMPTY"), std::string::npos) << refused.err;
  fs::remove(backup_ + "/mine");
  MustBackUp();
  EXPECT_NE(Backup(backup_).err.find("DIRECTORY_NOT_EMPTY"), std::string::npos) << "one is there already";

  MustRestore();
  uint64_t lineage = 0;
  {
    ServerProcess copy({}, data_);
    lineage = Peer(copy.address()).GetLog().lineage();
  }
  const auto again = Restore();
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_NE(again.err.find("is not empty"), std::string::npos) << again.err;
  ServerProcess copy({}, data_);
  EXPECT_EQ(Peer(copy.address()).GetLog().lineage(), lineage) << "what is there is as it was";
}

TEST_F(BackupTest, DamageIsFoundInEachKindOfFileAndNothingIsRestored) {
  peer_.MustAppend({"a", "b"});
  MustBackUp();
  std::vector<std::string> paths{backup_ + "/manifest.json", backup_ + "/manifest.json.sha256"};
  for (const auto& entry : fs::directory_iterator(backup_ + "/db"))
    if (entry.file_size() > 0) paths.push_back(entry.path());
  ASSERT_GT(paths.size(), 5u) << "tables, RocksDB's manifest, options, identity";
  for (const std::string& path : paths) {
    SCOPED_TRACE(path);
    const std::string good = testing::ReadFile(path);
    std::string bad = good;
    bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 4);
    std::ofstream(path, std::ios::binary) << bad;
    const auto checked = testing::RunReplogd({"restore", "--from", backup_, "--check"});
    const auto verified = testing::RunProgram({CliPath(), "backup", "verify", backup_});
    const auto restored = Restore();
    const std::string file = fs::path(path).filename();
    for (const Finished& finished : {checked, verified, restored}) {
      EXPECT_EQ(finished.exit_code, 1);
      EXPECT_NE(finished.err.find(file), std::string::npos) << finished.err;
    }
    EXPECT_FALSE(fs::exists(data_));
    fs::rename(path, files_ / "aside");
    EXPECT_EQ(Restore().exit_code, 1) << "missing";
    EXPECT_FALSE(fs::exists(data_));
    fs::remove(files_ / "aside");
    std::ofstream(path, std::ios::binary) << good;
  }
  EXPECT_EQ(testing::RunProgram({CliPath(), "backup", "verify", backup_}).exit_code, 0);
  MustRestore();
}

}  // namespace
}  // namespace replog
