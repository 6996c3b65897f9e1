#include <gtest/gtest.h>

#include <future>
#include <optional>

#include "base/http/server.h"
#include "base/mutex.h"
#include "tests/base/http/test_client.h"

namespace replog::http {
namespace {

using ::replog::testing::HttpAnswer;
using ::replog::testing::HttpConnection;

// A body whose pieces the test gives.
class TestStream final : public BodyStream {
 public:
  void Next(Give give) override {
    MutexLock lock(mutex_);
    give_ = std::move(give);
    ++asked_;
    changed_.NotifyAll();
  }
  void Leave() override { left_.set_value(); }

  // Waits until the piece of this number is asked for.
  Give Asked(int number) {
    MutexLock lock(mutex_);
    while (asked_ < number) changed_.Wait(mutex_);
    return give_;
  }
  // The same, and gives it; nullopt ends the body.
  void GiveWhenAsked(int number, std::optional<std::string> piece) {
    Asked(number)(piece ? std::make_shared<const std::string>(*std::move(piece)) : nullptr);
  }
  int asked() {
    MutexLock lock(mutex_);
    return asked_;
  }
  void WaitUntilLeft() { left_.get_future().wait(); }

 private:
  Mutex mutex_;
  CondVar changed_;
  Give give_ TSA_GUARDED_BY(mutex_);
  int asked_ TSA_GUARDED_BY(mutex_) = 0;
  std::promise<void> left_;
};

class StreamTest : public ::testing::Test {
 protected:
  StreamTest() : server_(ServerOptions{}) {
    Router router;
    router.Add(Verb::get, "/stream", [this](const Request&, const Responder& respond) {
      Response response;
      response.stream = stream_;
      respond(response);
    });
    EXPECT_TRUE(server_.Start(std::move(router)).ok());
  }

  const std::shared_ptr<TestStream> stream_ = std::make_shared<TestStream>();
  Server server_;
};

TEST_F(StreamTest, PiecesComeInTheirTimeAndTheBodyEndsWithTheLast) {
  HttpConnection connection(server_.address());
  connection.Send("GET /stream HTTP/1.1\r\n\r\n");
  stream_->GiveWhenAsked(1, "one ");
  // An empty piece is none: it must not end the body.
  stream_->GiveWhenAsked(2, "");
  stream_->GiveWhenAsked(3, "two");
  stream_->GiveWhenAsked(4, std::nullopt);
  const HttpAnswer answer = connection.Read();
  EXPECT_TRUE(answer.chunked());
  EXPECT_EQ(answer.body(), "one two");
  EXPECT_TRUE(connection.ServerCloses());
}

TEST_F(StreamTest, Http10ClientGetsNoChunks) {
  HttpConnection connection(server_.address());
  connection.Send("GET /stream HTTP/1.0\r\n\r\n");
  stream_->GiveWhenAsked(1, "all");
  stream_->GiveWhenAsked(2, std::nullopt);
  const HttpAnswer answer = connection.Read();
  EXPECT_FALSE(answer.chunked());
  EXPECT_EQ(answer.body(), "all");
}

TEST_F(StreamTest, ClientThatLeavesWhileNothingIsToBeSaidIsNoticed) {
  std::optional<HttpConnection> connection(std::in_place, server_.address());
  connection->Send("GET /stream HTTP/1.1\r\n\r\n");
  stream_->GiveWhenAsked(1, "one");
  const BodyStream::Give late = stream_->Asked(2);
  connection.reset();
  stream_->WaitUntilLeft();
  late(std::make_shared<const std::string>("nobody there"));
}

TEST_F(StreamTest, ClientThatDoesNotReadHasOnePieceInFlight) {
  HttpConnection connection(server_.address());
  connection.Send("GET /stream HTTP/1.1\r\n\r\n");
  // More than what the system keeps for a connection.
  stream_->GiveWhenAsked(1, std::string(64 << 20, 'x'));
  HttpConnection other(server_.address());
  EXPECT_EQ(other.Ask(Verb::get, "/nowhere").result(), StatusCode::not_found);
  EXPECT_EQ(stream_->asked(), 1);
}

TEST_F(StreamTest, HeadGetsNoPiece) {
  HttpConnection connection(server_.address());
  EXPECT_EQ(connection.Ask(Verb::head, "/stream").body(), "");
  EXPECT_EQ(stream_->asked(), 0);
}

}  // namespace
}  // namespace replog::http
