#include "base/http/router.h"

#include <gtest/gtest.h>

namespace replog::http {
namespace {

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    router_.Add(Verb::get, "/both", Answering("got"));
    router_.Add(Verb::post, "/both", Answering("posted"));
    router_.Add(Verb::post, "/post", Answering("posted"));
  }

  static Handler Answering(const std::string& body) {
    return [body](const Request&, const Responder& respond) {
      Response response;
      response.body = body;
      respond(response);
    };
  }

  Response Ask(Verb verb, const std::string& path) {
    Request request;
    request.verb = verb;
    request.target = *ParseTarget(path);
    Response answer;
    router_.Dispatch(request, [&answer](Response response) { answer = std::move(response); });
    return answer;
  }

  Router router_;
};

TEST_F(RouterTest, HandlerIsFoundByPathAndVerb) {
  EXPECT_EQ(Ask(Verb::get, "/both").body, "got");
  EXPECT_EQ(Ask(Verb::post, "/both").body, "posted");
}

TEST_F(RouterTest, HeadIsAnsweredByGet) { EXPECT_EQ(Ask(Verb::head, "/both").body, "got"); }

TEST_F(RouterTest, UnknownPathIsNotFound) {
  for (const char* path : {"/", "/both/", "/BOTH", "/bot"}) {
    EXPECT_EQ(Ask(Verb::get, path).status, StatusCode::not_found) << path;
  }
}

TEST_F(RouterTest, ParameterIsOneSegment) {
  router_.Add(Verb::get, "/v1/{log}/x", Answering("x"));
  for (const char* path : {"/v1/a/x", "/v1/a%2Fb/x", "/v1/%2e%2e%2e/x", "/v1/%00/x", "/v1/x/x"}) {
    EXPECT_EQ(Ask(Verb::get, path).body, "x") << path;
  }
}

TEST_F(RouterTest, TricksWithPathsFindNothing) {
  router_.Add(Verb::get, "/v1/{log}/x", Answering("x"));
  for (const char* path : {"/v1//x", "/v1/./x", "/v1/../x", "/v1/%2e/x", "/v1/.%2E/x", "//v1/a/x", "/v1/a//x",
                           "/v1/a/x/", "/v1%2Fa/x", "/v1/a%2Fx", "/v1/a/b/x", "/V1/a/x", "/v1/a/x%20"}) {
    EXPECT_EQ(Ask(Verb::get, path).status, StatusCode::not_found) << path;
  }
}

TEST_F(RouterTest, RequestHasItsParameters) {
  router_.Add(Verb::get, "/v1/{log}/{channel}", [](const Request& request, const Responder& respond) {
    Response response;
    response.body = request.Parameter("log") + " " + request.Parameter("channel");
    respond(response);
  });
  EXPECT_EQ(Ask(Verb::get, "/v1/a/b%20c").body, "a b c");
}

TEST_F(RouterTest, OfTwoPatternsTheFirstCounts) {
  router_.Add(Verb::get, "/p/{any}", Answering("first"));
  router_.Add(Verb::get, "/p/exact", Answering("second"));
  EXPECT_EQ(Ask(Verb::get, "/p/exact").body, "first");
}

TEST_F(RouterTest, OtherVerbIsNotAllowedAndAllowSaysWhichAre) {
  const Response both = Ask(Verb::delete_, "/both");
  EXPECT_EQ(both.status, StatusCode::method_not_allowed);
  EXPECT_EQ(both.fields.at(0), (std::pair<std::string, std::string>("Allow", "GET, HEAD, POST")));
  const Response post = Ask(Verb::head, "/post");
  EXPECT_EQ(post.status, StatusCode::method_not_allowed);
  EXPECT_EQ(post.fields.at(0).second, "POST");
}

}  // namespace
}  // namespace replog::http
