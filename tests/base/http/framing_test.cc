#include "base/http/framing.h"

#include <gtest/gtest.h>

namespace replog::http {
namespace {

using List = std::vector<std::pair<std::string, std::string>>;

std::string FaultOf(const List& list, unsigned version = 11) {
  Fields fields;
  for (const auto& [name, value] : list) fields.insert(name, value);
  return FramingFault(fields, version).value_or("none");
}

TEST(Framing, OneLengthIsNoFault) {
  EXPECT_EQ(FaultOf({{"Host", "x"}}), "none");
  EXPECT_EQ(FaultOf({{"Host", "x"}, {"Content-Length", "5"}}), "none");
  EXPECT_EQ(FaultOf({{"host", "x"}, {"transfer-encoding", "Chunked"}}), "none");
  EXPECT_EQ(FaultOf({}, 10), "none");
}

TEST(Framing, ALengthThatIsSaidTwiceIs) {
  const std::string twice = "its length is said more than once";
  EXPECT_EQ(FaultOf({{"Host", "x"}, {"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}}), twice);
  EXPECT_EQ(FaultOf({{"Host", "x"}, {"Content-Length", "5"}, {"Content-Length", "5"}}), twice);
  EXPECT_EQ(FaultOf({{"Host", "x"}, {"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}),
            twice);
  EXPECT_EQ(FaultOf({{"Host", "x"}, {"Content-Length", "5, 5"}}), "its Content-Length is a list");
}

TEST(Framing, AnEncodingThatIsNotKnownIs) {
  for (const char* encoding :
       {"identity", "xchunked", "chunked, identity", "gzip, chunked", "\"chunked\"", ""})
    EXPECT_EQ(FaultOf({{"Host", "x"}, {"Transfer-Encoding", encoding}}),
              "its Transfer-Encoding is not chunked")
        << encoding;
  EXPECT_EQ(FaultOf({{"Transfer-Encoding", "chunked"}}, 10), "HTTP/1.0 has no Transfer-Encoding");
}

TEST(Framing, ASecondHostIs) {
  EXPECT_EQ(FaultOf({{"Host", "x"}, {"Host", "y"}}), "it has more than one Host");
}

}  // namespace
}  // namespace replog::http
