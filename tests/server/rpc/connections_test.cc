#include "server/rpc/connections.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>
#include <vector>

namespace replog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

sockaddr_storage V6(const char* address, uint16_t port, uint32_t scope = 0) {
  sockaddr_storage storage{};
  auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  v6.sin6_scope_id = scope;
  EXPECT_EQ(::inet_pton(AF_INET6, address, &v6.sin6_addr), 1);
  return storage;
}

TEST(PeerName, IsAsGrpcNamesIt) {
  EXPECT_EQ(PeerName(V6("::1", 50051)), "ipv6:%5B::1%5D:50051");
  EXPECT_EQ(PeerName(V6("::ffff:10.1.2.3", 7)), "ipv4:10.1.2.3:7");
  EXPECT_EQ(PeerName(V6("fe80::1", 7, 2)), "") << "its interface belongs to its name";
}

// Both ends of a TCP connection on loopback.
class TcpPair {
 public:
  TcpPair() {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(at);
    EXPECT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&at), size), 0);
    EXPECT_EQ(::listen(listener, 1), 0);
    EXPECT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&at), &size), 0);
    client_ = ::socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_EQ(::connect(client_, reinterpret_cast<sockaddr*>(&at), size), 0);
    size = sizeof(peer);
    server = ::accept(listener, reinterpret_cast<sockaddr*>(&peer), &size);
    ::close(listener);
    name = PeerName(peer);
  }
  ~TcpPair() {
    ::close(client_);
    if (server >= 0) ::close(server);
  }
  void Close() { ::close(std::exchange(server, -1)); }
  void Send(size_t bytes) const {
    const std::string sent(bytes, 'x');
    std::string got(bytes, '\0');
    ASSERT_EQ(::send(client_, sent.data(), bytes, 0), static_cast<ssize_t>(bytes));
    ASSERT_EQ(::recv(server, got.data(), bytes, MSG_WAITALL), static_cast<ssize_t>(bytes));
  }
  bool ended() const {
    char byte;
    return ::recv(client_, &byte, 1, MSG_DONTWAIT) < 0 && errno == ECONNRESET;
  }

  sockaddr_storage peer{};
  int server = -1;
  std::string name;

 private:
  int client_ = -1;
};

class ConnectionsTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kStrangerBytes = 10'000;

  ConnectionsTest() {
    connections_.Add(one_.server, one_.peer);
    connections_.Add(two_.server, two_.peer);
  }

  TcpPair one_;
  TcpPair two_;
  std::vector<std::string> ended_;
  Connections connections_{kStrangerBytes, [this](const std::string& peer, const char* why) {
                             ended_.push_back(peer + ": " + why);
                           }};
};

TEST_F(ConnectionsTest, StrangersMaySendSomethingTogether) {
  one_.Send(kStrangerBytes / 2);
  two_.Send(kStrangerBytes / 2);
  connections_.Sweep();
  EXPECT_THAT(ended_, IsEmpty());
}

TEST_F(ConnectionsTest, WhenItIsMoreWhoHasSentMostGoesFirst) {
  one_.Send(kStrangerBytes / 2);
  two_.Send(kStrangerBytes / 2 + 1);
  connections_.Sweep();
  EXPECT_THAT(ended_, ElementsAre(two_.name + ": it has sent much, and none of its calls was admitted"));
  EXPECT_TRUE(two_.ended());
  EXPECT_FALSE(one_.ended());
}

TEST_F(ConnectionsTest, WhoWasAdmittedIsNoStranger) {
  connections_.NoteAdmitted(two_.name);
  one_.Send(kStrangerBytes);
  two_.Send(kStrangerBytes);
  connections_.Sweep();
  EXPECT_THAT(ended_, IsEmpty());
}

TEST_F(ConnectionsTest, WhoHasTooManyCallsUnderWayIsEnded) {
  connections_.NoteAdmitted(one_.name);
  std::vector<Connections::Call> calls;
  for (int i = 0; i < Connections::kMaxCalls; ++i) calls.push_back(connections_.Begin(one_.name));
  EXPECT_THAT(ended_, IsEmpty());
  for (int i = 0; i < 3; ++i) calls.push_back(connections_.Begin(one_.name));
  EXPECT_THAT(ended_, ElementsAre(HasSubstr("too many calls"))) << "told once";
}

TEST_F(ConnectionsTest, AStrangerMayHaveLessCallsUnderWay) {
  std::vector<Connections::Call> calls;
  for (int i = 0; i < Connections::kStrangerCalls; ++i) calls.push_back(connections_.Begin(one_.name));
  EXPECT_THAT(ended_, IsEmpty());
  calls.push_back(connections_.Begin(one_.name));
  EXPECT_THAT(ended_, ElementsAre(HasSubstr("too many calls")));
}

TEST_F(ConnectionsTest, CallsThatAreOverDoNotCount) {
  for (int i = 0; i < 2 * Connections::kMaxCalls; ++i) connections_.Begin(one_.name);
  EXPECT_THAT(ended_, IsEmpty());
}

TEST_F(ConnectionsTest, ACallOfNoKnownConnectionIsNotJudged) {
  std::vector<Connections::Call> calls;
  for (int i = 0; i <= Connections::kMaxCalls; ++i) calls.push_back(connections_.Begin("ipv4:1.2.3.4:5"));
  EXPECT_THAT(ended_, IsEmpty());
}

TEST_F(ConnectionsTest, OfTwoOfOnePeerTheSecondIsRefusedWhileTheFirstIsOpen) {
  EXPECT_FALSE(connections_.Add(two_.server, one_.peer));
  connections_.ForgetClosed();
  EXPECT_FALSE(connections_.Add(two_.server, one_.peer)) << "an open one is not forgotten";
  one_.Close();
  EXPECT_TRUE(connections_.Add(two_.server, one_.peer));
}

TEST_F(ConnectionsTest, AnotherSocketWithTheSameNumberIsLeftAlone) {
  one_.Send(2 * kStrangerBytes);
  const int another = ::socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_EQ(::dup2(another, one_.server), one_.server);
  ::close(another);
  connections_.Sweep();
  EXPECT_THAT(ended_, IsEmpty());
}

}  // namespace
}  // namespace replog
