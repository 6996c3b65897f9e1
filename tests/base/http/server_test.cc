#include "base/http/server.h"

#include <gtest/gtest.h>

#include <future>
#include <list>
#include <optional>
#include <thread>

#include "tests/base/http/test_client.h"

namespace replog::http {
namespace {

using ::replog::testing::HttpAnswer;
using ::replog::testing::HttpConnection;
using ::replog::testing::HttpGet;
using ::replog::testing::HttpPost;

constexpr int kPieces = 1000;

// A server with an echo, a long answer, one that says that nothing has changed, and a path whose answers the
// test gives.
class ServerTest : public ::testing::Test {
 protected:
  void Start(ServerOptions options = {}) {
    server_.emplace(std::move(options));
    ASSERT_TRUE(server_->Start(MakeRouter()).ok());
  }

  Router MakeRouter() {
    Router router;
    router.Add(Verb::post, "/echo", [](const Request& request, const Responder& respond) {
      Response response;
      response.body = request.body;
      respond(response);
    });
    router.Add(Verb::get, "/long", [](const Request&, const Responder& respond) {
      Response response;
      response.source = [count = 0](std::string& piece) mutable {
        // An empty piece among others must not end the answer.
        if (count % 2 == 0) piece = "piece " + std::to_string(count) + "\n";
        return ++count < kPieces;
      };
      respond(response);
    });
    router.Add(Verb::get, "/held", [this](const Request& request, Responder respond) {
      abandoned_ = request.abandoned;
      held_.set_value(std::move(respond));
    });
    router.Add(Verb::get, "/same", [](const Request&, const Responder& respond) {
      Response response;
      response.status = StatusCode::not_modified;
      respond(response);
    });
    return router;
  }

  const std::string& address() const { return server_->address(); }
  // Waits until a request for /held is in hand, and gives its responder.
  Responder Held() { return held_.get_future().get(); }

  std::promise<Responder> held_;
  std::shared_ptr<const std::atomic<bool>> abandoned_;  // of the request for /held
  std::optional<Server> server_;
};

Response Saying(const std::string& body) {
  Response response;
  response.body = body;
  return response;
}

std::string LongBody() {
  std::string body;
  for (int i = 0; i < kPieces; i += 2) body += "piece " + std::to_string(i) + "\n";
  return body;
}

TEST_F(ServerTest, ConnectionServesManyRequests) {
  Start();
  HttpConnection connection(address());
  for (int i = 0; i < 100; ++i) {
    const std::string body = "hello " + std::to_string(i);
    const HttpAnswer answer = connection.Ask(Verb::post, "/echo", body);
    EXPECT_EQ(answer.result(), StatusCode::ok);
    EXPECT_EQ(answer.body(), body);
    EXPECT_EQ(answer["Content-Type"], "application/json");
  }
}

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInOrder) {
  Start();
  HttpConnection connection(address());
  connection.Send(
      "POST /echo HTTP/1.1\r\nContent-Length: 3\r\n\r\nonePOST /echo HTTP/1.1\r\nContent-Length: "
      "3\r\n\r\ntwo");
  EXPECT_EQ(connection.Read().body(), "one");
  EXPECT_EQ(connection.Read().body(), "two");
}

TEST_F(ServerTest, LongAnswerComesInChunks) {
  Start();
  HttpConnection connection(address());
  const HttpAnswer answer = connection.Ask(Verb::get, "/long");
  EXPECT_TRUE(answer.chunked());
  EXPECT_EQ(answer.body(), LongBody());
  EXPECT_EQ(connection.Ask(Verb::post, "/echo", "still there").body(), "still there");
}

TEST_F(ServerTest, Http10ClientGetsLongAnswerWithoutChunks) {
  Start();
  HttpConnection connection(address());
  connection.Send("GET /long HTTP/1.0\r\n\r\n");
  const HttpAnswer answer = connection.Read();
  EXPECT_FALSE(answer.chunked());
  EXPECT_EQ(answer.body(), LongBody());
}

TEST_F(ServerTest, WhatHasNotChangedHasNeitherBodyNorLength) {
  Start();
  HttpConnection connection(address());
  const HttpAnswer answer = connection.Ask(Verb::get, "/same");
  EXPECT_EQ(answer.result(), StatusCode::not_modified);
  EXPECT_EQ(answer.count("Content-Length"), 0U);
  EXPECT_FALSE(answer.chunked());
  EXPECT_EQ(connection.Ask(Verb::post, "/echo", "next").body(), "next");
}

TEST_F(ServerTest, HeadGivesNoBody) {
  Start();
  HttpConnection connection(address());
  EXPECT_EQ(connection.Ask(Verb::head, "/long").body(), "");
  EXPECT_EQ(connection.Ask(Verb::head, "/nowhere").result(), StatusCode::not_found);
  EXPECT_EQ(connection.Ask(Verb::post, "/echo", "next").body(), "next");
}

TEST_F(ServerTest, UnknownPathAndVerbAreAnswered) {
  Start();
  EXPECT_EQ(HttpGet(address(), "/nowhere").result(), StatusCode::not_found);
  const HttpAnswer answer = HttpGet(address(), "/echo");
  EXPECT_EQ(answer.result(), StatusCode::method_not_allowed);
  EXPECT_EQ(answer["Allow"], "POST");
  EXPECT_EQ(HttpGet(address(), "/%zz").result(), StatusCode::bad_request);
}

TEST_F(ServerTest, BodyOverTheLimitIsRefusedAndTheLimitItselfIsNot) {
  Start();
  const size_t limit = SessionOptions().max_body_bytes;
  EXPECT_EQ(HttpPost(address(), "/echo", std::string(limit, 'x')).body().size(), limit);
  const HttpAnswer answer = HttpPost(address(), "/echo", std::string(limit + 1, 'x'));
  EXPECT_EQ(answer.result(), StatusCode::payload_too_large);
  EXPECT_FALSE(answer.keep_alive());
}

TEST_F(ServerTest, ChunkedBodyOverTheLimitIsRefused) {
  ServerOptions options;
  options.session.max_body_bytes = 10;
  Start(options);
  HttpConnection connection(address());
  connection.Send("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n");
  EXPECT_EQ(connection.Read().result(), StatusCode::payload_too_large);
}

TEST_F(ServerTest, HeaderOverTheLimitIsRefused) {
  Start();
  HttpConnection connection(address());
  connection.Send("GET / HTTP/1.1\r\nX: " + std::string(SessionOptions().max_header_bytes, 'x') + "\r\n\r\n");
  EXPECT_EQ(connection.Read().result(), StatusCode::request_header_fields_too_large);
  EXPECT_TRUE(connection.ServerCloses());
}

TEST_F(ServerTest, WhatIsNotHttpIsRefused) {
  Start();
  for (const char* bytes :
       {"\x16\x03\x01\x02\r\n\r\n", "GET / HTTP/2.0\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n",
        "POST /echo HTTP/1.1\r\nContent-Length: -1\r\n\r\n"}) {
    HttpConnection connection(address());
    connection.Send(bytes);
    EXPECT_EQ(connection.Read().result(), StatusCode::bad_request) << bytes;
    EXPECT_TRUE(connection.ServerCloses());
  }
}

TEST_F(ServerTest, ClientThatAsksWhetherToContinueIsTold) {
  Start();
  HttpConnection connection(address());
  connection.Send("POST /echo HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(connection.Read().result(), StatusCode::continue_);
  connection.Send("ok");
  EXPECT_EQ(connection.Read().body(), "ok");
}

TEST_F(ServerTest, ClientThatAskedToCloseIsClosed) {
  Start();
  HttpConnection connection(address());
  connection.Send("POST /echo HTTP/1.1\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_EQ(connection.Read().body(), "ok");
  EXPECT_TRUE(connection.ServerCloses());
}

TEST_F(ServerTest, AnswerMayComeFromAnotherThreadAndOnlyTheFirstCounts) {
  Start();
  HttpConnection connection(address());
  connection.Send("GET /held HTTP/1.1\r\n\r\n");
  const Responder respond = Held();
  respond(Saying("first"));
  respond(Saying("second"));
  EXPECT_EQ(connection.Read().body(), "first");
  respond(Saying("third"));
  EXPECT_EQ(connection.Ask(Verb::post, "/echo", "next").body(), "next");
}

TEST_F(ServerTest, HandlerThatTakesTooLongIsAnsweredForWithFateUnknown) {
  ServerOptions options;
  options.session.handler_timeout = std::chrono::milliseconds(1);
  Start(options);
  HttpConnection connection(address());
  const HttpAnswer answer = connection.Ask(Verb::get, "/held");
  EXPECT_EQ(answer.result(), StatusCode::gateway_timeout);
  EXPECT_NE(answer.body().find(R"("fate":"unknown")"), std::string::npos) << answer.body();
  Held()(Saying("too late"));
  EXPECT_TRUE(*abandoned_);
  EXPECT_EQ(connection.Ask(Verb::get, "/long").body(), LongBody());
}

TEST_F(ServerTest, AnswerAfterTheClientLeftDoesNothing) {
  Start();
  std::optional<HttpConnection> connection(std::in_place, address());
  connection->Send("GET /held HTTP/1.1\r\n\r\n");
  const Responder respond = Held();
  connection.reset();
  respond(Saying("nobody there"));
  EXPECT_EQ(HttpPost(address(), "/echo", "alive").body(), "alive");
}

TEST_F(ServerTest, HandlerLearnsThatTheClientHasLeft) {
  ServerOptions options;
  options.session.handler_timeout = std::chrono::minutes(10);
  Start(options);
  std::optional<HttpConnection> connection(std::in_place, address());
  connection->Send("GET /held HTTP/1.1\r\n\r\n");
  const Responder respond = Held();
  EXPECT_FALSE(*abandoned_);
  connection.reset();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!*abandoned_ && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_TRUE(*abandoned_);
}

TEST_F(ServerTest, IdleConnectionIsClosed) {
  ServerOptions options;
  options.session.idle_timeout = std::chrono::milliseconds(1);
  Start(options);
  HttpConnection connection(address());
  EXPECT_EQ(connection.Ask(Verb::post, "/echo", "x").body(), "x");
  EXPECT_TRUE(connection.ServerCloses());
}

TEST_F(ServerTest, HeaderThatComesByteByByteMustBeThereInTimeAsAWhole) {
  ServerOptions options;
  options.session.header_timeout = std::chrono::milliseconds(100);
  Start(options);
  HttpConnection silent(address());
  EXPECT_TRUE(silent.ServerCloses());
  HttpConnection slow(address());
  slow.Send("GET /echo HTTP/1.1\r\nX: ");
  // Each byte comes long before the next would be late; the connection ends all the same, with few of them
  // sent.
  const auto drip = [&slow] {
    for (size_t sent = 0; sent < SessionOptions().max_header_bytes / 2; ++sent) {
      slow.Send("X");
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  };
  EXPECT_THROW(drip(), boost::system::system_error);
}

TEST_F(ServerTest, RouteMaySayHowLargeItsBodyMayBe) {
  Server server{ServerOptions{}};
  Router router;
  const auto size = [](const Request& request, const Responder& respond) {
    respond(Saying(std::to_string(request.body.size())));
  };
  router.Add({Verb::post, "/large", size, 1 << 20});
  router.Add({Verb::post, "/small", size, 3});
  ASSERT_TRUE(server.Start(std::move(router)).ok());
  EXPECT_EQ(HttpPost(server.address(), "/large", std::string(1 << 20, 'x')).body(), "1048576");
  EXPECT_EQ(HttpPost(server.address(), "/large", std::string((1 << 20) + 1, 'x')).result(),
            StatusCode::payload_too_large);
  EXPECT_EQ(HttpPost(server.address(), "/small", "xyz").body(), "3");
  EXPECT_EQ(HttpPost(server.address(), "/small", "wxyz").result(), StatusCode::payload_too_large);
}

TEST_F(ServerTest, HandlerSeesFieldsParametersAndPeer) {
  Server server{ServerOptions{}};
  Router router;
  router.Add(Verb::get, "/{a}/x/{b}", [](const Request& request, const Responder& respond) {
    const bool local = request.peer.address.starts_with("127.0.0.1:") && !request.peer.encrypted;
    respond(Saying(request.Parameter("a") + "," + request.Parameter("b") + "," +
                   std::string(request.Field("x-mine")) + (local ? ",local" : "")));
  });
  ASSERT_TRUE(server.Start(std::move(router)).ok());
  HttpConnection connection(server.address());
  connection.Send("GET /1/x/2%2F3 HTTP/1.1\r\nX-Mine: value\r\n\r\n");
  EXPECT_EQ(connection.Read().body(), "1,2/3,value,local");
}

TEST_F(ServerTest, BodyThatDoesNotComeEndsTheConnection) {
  ServerOptions options;
  options.session.read_timeout = std::chrono::milliseconds(1);
  Start(options);
  HttpConnection connection(address());
  connection.Send("POST /echo HTTP/1.1\r\nContent-Length: 2\r\n\r\n");
  EXPECT_TRUE(connection.ServerCloses());
}

Response Full() { return ErrorResponse(StatusCode::service_unavailable, "BUSY", "full"); }

// A server whose bodies have a budget, with an echo, and a path whose answers the test gives.
class BodiesTest : public ServerTest {
 protected:
  void StartWith(size_t budget, ServerOptions options = {}) {
    const Router open = MakeRouter();
    bodies_ = std::make_shared<BodyBudget>(budget, Full);
    Router router;
    for (Route route : open.routes()) {
      route.bodies = bodies_;
      route.verb = Verb::post;
      route.max_body_bytes = 1 << 20;
      route.admit = [](const Request& request) -> std::optional<Response> {
        if (request.Field("Authorization").empty())
          return ErrorResponse(StatusCode::unauthorized, "UNAUTHENTICATED", "who are you?");
        return {};
      };
      router.Add(std::move(route));
    }
    server_.emplace(std::move(options));
    ASSERT_TRUE(server_->Start(std::move(router)).ok());
  }

  // The header of a request that waits to be told to go on.
  static std::string Head(const std::string& fields, const std::string& path = "/echo") {
    return "POST " + path + " HTTP/1.1\r\nExpect: 100-continue\r\n" + fields + "\r\n\r\n";
  }
  static std::string Known(size_t length) {
    return "Authorization: me\r\nContent-Length: " + std::to_string(length);
  }
  // A request whose body stays away from its last byte on.
  static std::string Unfinished(size_t length, const std::string& path = "/echo") {
    return "POST " + path + " HTTP/1.1\r\n" + Known(length) + "\r\n\r\n" + std::string(length - 1, 'x');
  }
  StatusCode Posted(size_t length) {
    HttpConnection connection(address());
    connection.Send(Unfinished(length) + "x");
    return connection.Read().result();
  }
  // Nobody says when what was sent to the server has come to it.
  void AwaitTaken(size_t bytes) const {
    while (bodies_->taken() < bytes) std::this_thread::yield();
  }
  void AwaitAllGivenBack() const {
    while (bodies_->taken() != 0) std::this_thread::yield();
  }

  std::shared_ptr<BodyBudget> bodies_;
};

TEST_F(BodiesTest, RefusedRequestIsNotAskedForItsBody) {
  StartWith(1 << 20);
  HttpConnection connection(address());
  connection.Send(Head("Content-Length: 1000"));
  EXPECT_EQ(connection.Read().result(), StatusCode::unauthorized);
  EXPECT_TRUE(connection.ServerCloses());
}

TEST_F(BodiesTest, FieldBehindABodyIsNoneOfTheHeader) {
  StartWith(1 << 20);
  HttpConnection connection(address());
  connection.Send("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nAuthorization: me\r\n\r\n");
  EXPECT_EQ(connection.Read().result(), StatusCode::unauthorized);
}

TEST_F(BodiesTest, BodyTakesNoRoomBeforeItComes) {
  StartWith(100'000);
  std::list<HttpConnection> silent;
  for (const char* begun : {"", "x"}) {
    for (int i = 0; i < 20; ++i) {
      HttpConnection& each = silent.emplace_back(address());
      each.Send(Head(Known(90'000)));
      ASSERT_EQ(each.Read().result(), StatusCode::continue_);
      each.Send(begun);
    }
  }
  EXPECT_EQ(Posted(90'000), StatusCode::ok);
}

TEST_F(BodiesTest, BodyOverTheRoutesLimitIsRefusedUnread) {
  StartWith(100'000);
  HttpConnection connection(address());
  connection.Send(Head(Known((1 << 20) + 1)));
  EXPECT_EQ(connection.Read().result(), StatusCode::payload_too_large);
  EXPECT_TRUE(connection.ServerCloses());
}

TEST_F(BodiesTest, BodyThatHasNoRoomBesideOthersIsRefusedUntilTheyAreAnswered) {
  StartWith(100'000);
  HttpConnection first(address());
  first.Send(Unfinished(40'000));
  AwaitTaken(40'000);
  HttpConnection second(address());
  second.Send(Unfinished(40'000));
  EXPECT_EQ(second.Read().result(), StatusCode::service_unavailable);
  EXPECT_TRUE(second.ServerCloses());
  first.Send("x");
  EXPECT_EQ(first.Read().body().size(), 40'000u);
  AwaitAllGivenBack();
  EXPECT_EQ(Posted(40'000), StatusCode::ok);
}

TEST_F(BodiesTest, SmallBodyHasRoomBesideLargeOnes) {
  StartWith(1 << 20);
  HttpConnection large(address());
  large.Send(Unfinished(700'000));
  AwaitTaken(700'000);
  EXPECT_EQ(Posted(60'000), StatusCode::ok);
}

TEST_F(BodiesTest, BodyThatNeverComesGivesItsRoomBack) {
  StartWith(100'000);
  {
    HttpConnection first(address());
    first.Send(Unfinished(40'000));
    AwaitTaken(40'000);
  }
  AwaitAllGivenBack();
  EXPECT_EQ(Posted(40'000), StatusCode::ok);
}

TEST_F(BodiesTest, BodyInChunksTakesRoomAsItGrows) {
  StartWith(500'000);
  HttpConnection first(address());
  first.Send(Unfinished(40'000));
  AwaitTaken(40'000);
  HttpConnection second(address());
  second.Send(Head("Authorization: me\r\nTransfer-Encoding: chunked"));
  ASSERT_EQ(second.Read().result(), StatusCode::continue_);
  second.Send("7a120\r\n" + std::string(500'000, 'x'));
  EXPECT_EQ(second.Read().result(), StatusCode::service_unavailable);
  EXPECT_TRUE(second.ServerCloses());
}

TEST_F(BodiesTest, BodyThatIsAlonePasses) {
  StartWith(1'000);
  for (const char* length : {"Content-Length: 300000", "Transfer-Encoding: chunked"}) {
    HttpConnection connection(address());
    connection.Send(Head("Authorization: me\r\n" + std::string(length)));
    ASSERT_EQ(connection.Read().result(), StatusCode::continue_);
    const std::string body(300'000, 'x');
    connection.Send(length[0] == 'C' ? body : "493e0\r\n" + body + "\r\n0\r\n\r\n");
    EXPECT_EQ(connection.Read().body(), body);
  }
}

TEST_F(BodiesTest, HandlerThatIsLateKeepsItsRoom) {
  ServerOptions options;
  options.session.handler_timeout = std::chrono::milliseconds(1);
  StartWith(1'000, options);
  HttpConnection connection(address());
  connection.Send(Unfinished(400, "/held") + "x");
  EXPECT_EQ(connection.Read().result(), StatusCode::gateway_timeout);
  EXPECT_EQ(Posted(400), StatusCode::service_unavailable);
  Held();
  EXPECT_EQ(Posted(400), StatusCode::ok);
}

TEST_F(ServerTest, ConnectionOverTheLimitIsServedWhenAnotherHasItsAnswer) {
  ServerOptions options;
  options.max_sessions = 1;
  Start(options);
  HttpConnection first(address());
  first.Send("GET /held HTTP/1.1\r\n\r\n");
  const Responder respond = Held();
  HttpConnection second(address());
  second.Send("POST /echo HTTP/1.1\r\nContent-Length: 6\r\n\r\nsecond");
  respond(Saying("first"));
  EXPECT_EQ(first.Read().body(), "first");
  EXPECT_EQ(second.Read().body(), "second");
}

TEST_F(ServerTest, ConnectionThatAsksForNothingMakesRoom) {
  ServerOptions options;
  options.max_sessions = 2;
  Start(options);
  HttpConnection silent(address());
  HttpConnection half(address());
  half.Send("POST /echo HTTP/1.1\r\nContent-Le");
  HttpConnection third(address());
  EXPECT_EQ(third.Ask(Verb::post, "/echo", "third").body(), "third");
  EXPECT_TRUE(silent.ServerCloses());
  HttpConnection fourth(address());
  EXPECT_EQ(fourth.Ask(Verb::post, "/echo", "fourth").body(), "fourth");
  EXPECT_TRUE(half.ServerCloses());
}

TEST_F(ServerTest, StopClosesIdleConnectionsAndAcceptsNoMore) {
  Start();
  HttpConnection used(address());
  used.Ask(Verb::post, "/echo", "x");
  const std::string address_before = address();
  server_->Stop();
  EXPECT_TRUE(used.ServerCloses());
  EXPECT_THROW(HttpConnection{address_before}, boost::system::system_error);
}

TEST_F(ServerTest, StopLetsTheRequestInHandFinish) {
  Start();
  HttpConnection connection(address());
  connection.Send("GET /held HTTP/1.1\r\n\r\n");
  const Responder respond = Held();
  HttpConnection idle(address());
  idle.Ask(Verb::post, "/echo", "x");
  auto stopped = std::async(std::launch::async, [this] { server_->Stop(); });
  EXPECT_TRUE(idle.ServerCloses());  // the stop has begun
  respond(Saying("finished"));
  const HttpAnswer answer = connection.Read();
  EXPECT_EQ(answer.body(), "finished");
  EXPECT_FALSE(answer.keep_alive());
}

TEST_F(ServerTest, StopDoesNotWaitForEverForAHandler) {
  ServerOptions options;
  options.stop_time = std::chrono::milliseconds(1);
  Start(options);
  HttpConnection connection(address());
  connection.Send("GET /held HTTP/1.1\r\n\r\n");
  const Responder respond = Held();
  server_->Stop();
  respond(Saying("too late"));
  server_.reset();
  EXPECT_TRUE(connection.ServerCloses());
}

TEST_F(ServerTest, AddressInUseIsAnError) {
  Start();
  ServerOptions options;
  options.listen = address();
  Server second(options);
  EXPECT_EQ(second.Start(MakeRouter()).code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace replog::http
