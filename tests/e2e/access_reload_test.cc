// A new access file, and what a principal may use up.

#include <gtest/gtest.h>

#include "tests/e2e/access_server.h"

namespace replog {
namespace {

using grpc::StatusCode;
using testing::AccessServer;
using testing::MakeAppend;
using testing::Principal;
using testing::Refusal;
using testing::RefusalOf;
using testing::SignIn;

std::string Channels(const std::string& channels) {
  return "[{verbs: [read, append], logs: [default], channels: [" + channels + "]}]";
}

// One Subscribe stream of a principal.
class Reader {
 public:
  Reader(AccessServer& server, const std::string& name, const std::string& channel) {
    SignIn(context_, name);
    v1::SubscribeRequest request;
    if (!channel.empty()) request.add_channels(channel);
    stream_ = v1::ReplicationLog::NewStub(server.channel())->Subscribe(&context_, request);
  }
  // Waits until it has begun.
  bool Begin() {
    v1::SubscribeResponse frame;
    return stream_->Read(&frame);
  }
  // The text of the next record; none when the stream has ended.
  std::string Next() {
    v1::SubscribeResponse frame;
    while (stream_->Read(&frame)) {
      if (frame.records_size() > 0) return frame.records(0).text();
    }
    return "";
  }
  Refusal End() {
    v1::SubscribeResponse frame;
    while (stream_->Read(&frame)) continue;
    return RefusalOf(stream_->Finish());
  }
  void Cancel() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::SubscribeResponse>> stream_;
};

// One AppendStream of a principal.
class Appender {
 public:
  Appender(AccessServer& server, const std::string& name) {
    SignIn(context_, name);
    stream_ = v1::ReplicationLog::NewStub(server.channel())->AppendStream(&context_);
  }
  // What becomes of one append; the error's reason, "" when it is appended, "ended" when the stream has.
  std::string Append(const std::string& channel) {
    v1::AppendStreamResponse answer;
    if (!stream_->Write(MakeAppend({"text"}, channel)) || !stream_->Read(&answer)) return "ended";
    last_ = answer.has_error() ? RefusalOf(answer.error()) : Refusal();
    return last_.reason;
  }
  const Refusal& last() const { return last_; }
  Refusal End() {
    v1::AppendStreamResponse answer;
    while (stream_->Read(&answer)) continue;
    return RefusalOf(stream_->Finish());
  }
  Refusal Close() {
    stream_->WritesDone();
    return End();
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::AppendRequest, v1::AppendStreamResponse>> stream_;
  Refusal last_;
};

TEST(AccessReload, EndsSubscriptionsToWhatWasTakenAwayAndNoOthers) {
  AccessServer server(Principal("ana", Channels("a, b")) + Principal("bob", Channels("a")));
  Reader a(server, "ana", "a");
  Reader b(server, "ana", "b");
  Reader all(server, "ana", "");
  Reader bobs(server, "bob", "a");
  for (Reader* reader : {&a, &b, &all, &bobs}) ASSERT_TRUE(reader->Begin());
  server.Reload(Principal("ana", Channels("b")) + Principal("bob", Channels("a, c")));
  EXPECT_EQ(a.End().reason, "GRANT_REVOKED");
  const Refusal ended = all.End();
  EXPECT_EQ(ended.code, StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(ended.reason, "GRANT_REVOKED");
  EXPECT_EQ(ended.metadata.at("principal"), "ana");
  EXPECT_EQ(server.Ask("ana", "ReplicationLog/Append", MakeAppend({"for b"}, "b")).code, StatusCode::OK);
  EXPECT_EQ(b.Next(), "for b") << "goes on";
  EXPECT_EQ(server.Ask("bob", "ReplicationLog/Append", MakeAppend({"for a"}, "a")).code, StatusCode::OK);
  EXPECT_EQ(bobs.Next(), "for a") << "goes on";
  b.Cancel();
  bobs.Cancel();
}

TEST(AccessReload, EndsEverythingUnderATokenThatIsGone) {
  AccessServer server(Principal("ana", Channels("a")) + Principal("bob", Channels("a")));
  Reader reader(server, "ana", "a");
  Appender appender(server, "ana");
  Appender bobs(server, "bob");
  ASSERT_TRUE(reader.Begin());
  ASSERT_EQ(appender.Append("a"), "");
  ASSERT_EQ(bobs.Append("a"), "");
  server.Reload(Principal("bob", Channels("a")));
  EXPECT_EQ(reader.End().code, StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(appender.End().code, StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(bobs.Append("a"), "");
  EXPECT_EQ(bobs.Close().code, StatusCode::OK);
  EXPECT_EQ(server.Ask("ana", "ReplicationLog/Append", MakeAppend({"x"}, "a")).reason, "UNAUTHENTICATED");
}

TEST(AccessReload, EndsAppendStreamsThatUsedWhatWasTakenAwayAndNoOthers) {
  AccessServer server(Principal("ana", Channels("a, b")) + Principal("all", Channels("\"*\"")));
  Appender a(server, "ana");
  Appender b(server, "ana");
  Appender all(server, "all");
  ASSERT_EQ(a.Append("a"), "");
  ASSERT_EQ(b.Append("b"), "");
  ASSERT_EQ(all.Append("z"), "");
  server.Reload(Principal("ana", Channels("b, c")) + Principal("all", Channels("b")));
  EXPECT_EQ(a.End().reason, "GRANT_REVOKED");
  EXPECT_EQ(all.End().reason, "GRANT_REVOKED");
  EXPECT_EQ(b.Append("b"), "");
  EXPECT_EQ(b.Append("c"), "") << "what was given meanwhile holds on open streams";
  EXPECT_EQ(b.Append("a"), "PERMISSION_DENIED") << "and what was taken away";
  EXPECT_EQ(b.Append("b"), "") << "a refusal ends no stream";
  EXPECT_EQ(b.Close().code, StatusCode::OK);
}

TEST(AccessReload, ABadFileChangesNothing) {
  AccessServer server(Principal("ana", Channels("a")));
  Reader reader(server, "ana", "a");
  ASSERT_TRUE(reader.Begin());
  server.Reload("\n- nam: ana");
  EXPECT_NE(server.Stderr().find("did you mean `name`?"), std::string::npos) << server.Stderr();
  EXPECT_EQ(server.Ask("ana", "ReplicationLog/Append", MakeAppend({"x"}, "a")).code, StatusCode::OK);
  EXPECT_EQ(reader.Next(), "x");
  reader.Cancel();
}

TEST(AccessFile, ThatIsBadStopsTheStart) { EXPECT_THROW(AccessServer("\n- nam: ana"), std::runtime_error); }

TEST(AccessLimits, RequestsOverTheRateAreRefusedWithAHint) {
  AccessServer server(Principal("ana", Channels("a"), "{requests_per_second: 1}"));
  Appender appender(server, "ana");
  // The second of a burst comes in the same second but on a machine that stands still; then there is another.
  testing::Eventually("a burst is refused", [&] { return appender.Append("a") == "RATE_LIMITED"; });
  EXPECT_EQ(appender.last().code, StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(appender.last().retry_hint);
  EXPECT_EQ(appender.last().metadata.at("principal"), "ana");
  testing::Eventually("a second later it passes", [&] { return appender.Append("a").empty(); });
  testing::Eventually("calls count too", [&] {
    return server.Ask("ana", "ReplicationLog/Read", v1::ReadRequest()).reason == "RATE_LIMITED";
  });
  EXPECT_EQ(appender.Close().code, StatusCode::OK);
}

TEST(AccessLimits, BytesOverTheRateAreRefused) {
  AccessServer server(Principal("ana", Channels("a"), "{bytes_per_second: 1KiB}"));
  EXPECT_EQ(server.Ask("ana", "ReplicationLog/Append", MakeAppend({std::string(100'000, 'x')}, "a")).code,
            StatusCode::OK)
      << "what is larger than a second's worth passes, and is paid for";
  EXPECT_EQ(server.Ask("ana", "ReplicationLog/Append", MakeAppend({"x"}, "a")).reason, "RATE_LIMITED");
  Appender appender(server, "ana");
  EXPECT_EQ(appender.Append("a"), "RATE_LIMITED") << "on a stream too";
  EXPECT_EQ(appender.Close().code, StatusCode::OK);
}

TEST(AccessLimits, StreamsOverTheLimitAreRefusedUntilOneEnds) {
  AccessServer server(Principal("ana", Channels("a"), "{streams: 2}") + Principal("bob", Channels("a")));
  Reader reader(server, "ana", "a");
  ASSERT_TRUE(reader.Begin());
  Appender appender(server, "ana");
  ASSERT_EQ(appender.Append("a"), "");
  const Refusal refused = Reader(server, "ana", "a").End();
  EXPECT_EQ(refused.code, StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(refused.reason, "TOO_MANY_STREAMS");
  EXPECT_EQ(refused.metadata.at("limit"), "2");
  EXPECT_EQ(Appender(server, "ana").End().reason, "TOO_MANY_STREAMS");
  Reader bobs(server, "bob", "a");
  EXPECT_TRUE(bobs.Begin()) << "another's streams do not count";
  bobs.Cancel();
  EXPECT_EQ(appender.Close().code, StatusCode::OK);
  Reader next(server, "ana", "a");
  EXPECT_TRUE(next.Begin());
  next.Cancel();
  reader.Cancel();
}

}  // namespace
}  // namespace replog
