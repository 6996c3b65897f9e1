#include "base/flags/unknown_flag.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

namespace replog {
namespace {

// What is said of a command line, its words in order.
std::string SaidOf(std::vector<std::string> words) {
  CLI::App app;
  app.fallthrough();
  std::string text;
  app.add_option("--server", text);
  CLI::App* append = app.add_subcommand("append");
  append->add_option("--id-header", text);
  append->add_option("TEXT", text);
  app.add_subcommand("trim")->add_option("--before", text);
  std::reverse(words.begin(), words.end());
  try {
    app.parse(words);
  } catch (const CLI::ParseError&) {
    return UnknownFlag(app);
  }
  return "parsed";
}

TEST(UnknownFlag, NamesTheNearestOfTheCommandAndOfAll) {
  EXPECT_EQ(SaidOf({"--servr", "x", "append"}), "there is no flag --servr; did you mean --server?");
  EXPECT_EQ(SaidOf({"append", "--servr", "x"}), "there is no flag --servr; did you mean --server?");
  EXPECT_EQ(SaidOf({"append", "--id-headr=x"}), "there is no flag --id-headr; did you mean --id-header?");
}

TEST(UnknownFlag, SuggestsNothingThatIsNotNear) {
  EXPECT_EQ(SaidOf({"append", "--colour", "red"}), "there is no flag --colour");
  EXPECT_EQ(SaidOf({"append", "--befor", "1"}), "there is no flag --befor") << "another command has it";
  EXPECT_EQ(SaidOf({"append", "-x"}), "there is no flag -x");
}

TEST(UnknownFlag, IsNoneWhereOnlyWordsAreWrong) {
  EXPECT_EQ(SaidOf({"append", "one", "two"}), "");
  EXPECT_EQ(SaidOf({"append", "--server"}), "") << "a value is missing";
  EXPECT_EQ(SaidOf({"append", "text"}), "parsed");
}

}  // namespace
}  // namespace replog
