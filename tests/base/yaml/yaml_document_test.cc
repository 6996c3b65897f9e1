#include "base/yaml/yaml_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace replog {
namespace {

using ::testing::ElementsAre;

// What `read` makes of the text; "ok" without an error.
std::string ErrorOf(const std::string& text, const std::function<void(const YamlValue&)>& read) {
  YamlDocument document(text, "f.yaml");
  read(document.root());
  return document.status().ok() ? "ok" : std::string(document.status().message());
}

TEST(YamlDocument, GivesWhatIsWritten) {
  YamlDocument document("name: a\nlist: [x, y]\none: z\nnumber: 7\nwait: 5m\nnone:\n", "f.yaml");
  const YamlValue root = document.root();
  EXPECT_EQ(root["name"].Text(), "a");
  EXPECT_THAT(root["list"].Texts(), ElementsAre("x", "y"));
  EXPECT_THAT(root["one"].Texts(), ElementsAre("z"));
  EXPECT_EQ(root["number"].Number(0, 10, 1), 7u);
  EXPECT_EQ(root["wait"].DurationMicros(0, 3'600'000'000, 1), 300'000'000);
  EXPECT_FALSE(root["none"].present());
  EXPECT_EQ(root["missing"].Number(0, 10, 1), 1u);
  EXPECT_TRUE(root["missing"].Items().empty());
  EXPECT_TRUE(document.status().ok());
}

TEST(YamlDocument, AnErrorSaysFileAndLine) {
  const auto keys = [](const YamlValue& root) { root.ExpectKeys({"name", "number"}); };
  EXPECT_EQ(ErrorOf("name: a\nnunber: 2\n", keys),
            "f.yaml:2: there is no key `nunber`; did you mean `number`?");
  EXPECT_EQ(ErrorOf("name: a\nname: b\n", keys), "f.yaml:2: `name` is there twice");
  EXPECT_EQ(ErrorOf("[a]\n", keys), "f.yaml:1: is not a map");
  EXPECT_EQ(ErrorOf("? [a]\n: b\n", keys), "f.yaml:1: a key is not plain text");
  EXPECT_EQ(ErrorOf("name: a\n---\nname: b\n", keys),
            "f.yaml:2: a second document begins; there must be one");
  EXPECT_EQ(ErrorOf("a: [\n", keys).substr(0, 8), "f.yaml:2");
  EXPECT_EQ(ErrorOf("a: b", [](const YamlValue& root) { root.Required("name"); }),
            "f.yaml:1: `name` is required");
  EXPECT_EQ(ErrorOf("name: a\nnumber: \xff\n", keys), "f.yaml:2: is not UTF-8");
  const auto number = [](const YamlValue& root) { root["n"].Number(1, 5, 1); };
  EXPECT_EQ(ErrorOf("\nn: 6", number), "f.yaml:2: n: \"6\" is not a whole number from 1 to 5");
  EXPECT_EQ(ErrorOf("n: [1]", number), "f.yaml:1: n: is not plain text");
  EXPECT_EQ(ErrorOf("n: 2x", [](const YamlValue& root) { root["n"].DurationMicros(0, 1'000'000, 0); }),
            "f.yaml:1: n: \"2x\" is not a duration from 0 to 1s");
}

TEST(YamlDocument, KeepsTheFirstError) {
  EXPECT_EQ(ErrorOf("a: b\nc: d\n",
                    [](const YamlValue& root) {
                      root["a"].Fail("first");
                      root["c"].Fail("second");
                    }),
            "f.yaml:1: a: first");
}

TEST(YamlDocument, IsNotABomb) {
  std::string deep(100'000, '[');
  EXPECT_NE(ErrorOf(deep, [](const YamlValue&) {}), "ok");
}

}  // namespace
}  // namespace replog
