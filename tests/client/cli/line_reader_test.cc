#include "client/cli/line_reader.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>
#include <vector>

namespace replog::cli {
namespace {

class LineReaderTest : public testing::Test {
 protected:
  LineReaderTest() { EXPECT_EQ(::pipe2(fds_, O_CLOEXEC), 0); }
  ~LineReaderTest() override {
    ::close(fds_[0]);
    CloseInput();
  }
  void CloseInput() {
    if (fds_[1] >= 0) ::close(std::exchange(fds_[1], -1));
  }
  void Write(std::string_view text) {
    while (!text.empty()) text.remove_prefix(static_cast<size_t>(::write(fds_[1], text.data(), text.size())));
  }
  std::vector<std::string> ReadAll(LineReader& reader) {
    std::vector<std::string> lines;
    for (std::string_view line; reader.Next(line);) lines.emplace_back(line);
    return lines;
  }

  int fds_[2];
};

using Lines = std::vector<std::string>;

TEST_F(LineReaderTest, GivesEachLineAndTheLastWithoutItsEnd) {
  LineReader reader(fds_[0]);
  Write(std::string("a\n\n\0b\r\nlast", 11));
  CloseInput();
  EXPECT_EQ(ReadAll(reader), (Lines{"a", "", std::string("\0b\r", 3), "last"}));
  EXPECT_EQ(reader.lines(), 4u);
  EXPECT_EQ(reader.bytes(), 11u);
}

TEST_F(LineReaderTest, AnEmptyInputHasNoLines) {
  LineReader reader(fds_[0]);
  CloseInput();
  EXPECT_EQ(ReadAll(reader), Lines{});
}

TEST_F(LineReaderTest, ALineMayBeLargerThanOneRead) {
  LineReader reader(fds_[0]);
  const std::string large(1 << 20, 'x');
  std::thread writer([&] {
    Write("a\n" + large + "\nb\n");
    CloseInput();
  });
  EXPECT_EQ(ReadAll(reader), (Lines{"a", large, "b"}));
  writer.join();
}

TEST_F(LineReaderTest, StopEndsAWaitForInput) {
  LineReader reader(fds_[0]);
  std::thread stopper([&reader] { reader.Stop(); });
  EXPECT_EQ(ReadAll(reader), Lines{});
  stopper.join();
}

}  // namespace
}  // namespace replog::cli
