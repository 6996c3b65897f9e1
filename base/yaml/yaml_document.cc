#include "base/yaml/yaml_document.h"

#include <yaml-cpp/eventhandler.h>

#include <optional>
#include <set>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "base/utf8.h"
#include "base/yaml/nearest_name.h"

namespace replog {
namespace {

std::string UnknownKey(const std::string& key, const std::vector<std::string>& known) {
  const std::string nearest = NearestName(key, known);
  const std::string hint = nearest.empty() ? "" : absl::StrCat("; did you mean `", nearest, "`?");
  return absl::StrCat("there is no key `", Excerpt(key), "`", hint);
}

std::string ShowMicros(int64_t us) { return absl::FormatDuration(absl::Microseconds(us)); }

// Passes over a document, but for where it begins.
struct DocumentStart final : YAML::EventHandler {
  void OnDocumentStart(const YAML::Mark& at) override { mark = at; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
  }
  void OnMapEnd() override {}

  YAML::Mark mark;
};

// The first line that is not UTF-8, if there is one. yaml-cpp takes it, and says something else when it
// writes it.
std::optional<int> LineThatIsNotUtf8(const std::string& text) {
  int line = 0;
  for (const absl::string_view part : absl::StrSplit(text, '\n')) {
    if (!IsUtf8(std::string_view(part.data(), part.size()))) return line;
    ++line;
  }
  return std::nullopt;
}

}  // namespace

YamlDocument::YamlDocument(const std::string& text, std::string file) : file_(std::move(file)) {
  if (const auto line = LineThatIsNotUtf8(text)) {
    YAML::Mark mark;
    mark.line = *line;
    Fail(mark, "is not UTF-8");
    return;
  }
  try {
    node_ = YAML::Load(text);
    // Not YAML::LoadAll: on some malformed texts it finds empty documents for ever.
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    DocumentStart first;
    DocumentStart second;
    if (parser.HandleNextDocument(first) && parser.HandleNextDocument(second))
      Fail(second.mark, "a second document begins; there must be one");
  } catch (const YAML::Exception& error) {
    Fail(error.mark, error.msg);
  }
}

YamlValue YamlDocument::root() { return {*this, node_, node_.Mark(), ""}; }

std::string YamlDocument::Place(const YAML::Mark& where) const {
  return where.is_null() ? file_ : absl::StrCat(file_, ":", where.line + 1);
}

void YamlDocument::Fail(const YAML::Mark& where, const std::string& why) {
  if (!status_.ok()) return;
  status_ = absl::InvalidArgumentError(absl::StrCat(Place(where), ": ", why));
}

YamlValue YamlValue::operator[](const std::string& key) const {
  YAML::Node found(YAML::NodeType::Undefined);
  if (is_map()) {
    // Not node_[key]: that compares with keys that are no scalars too, and throws.
    for (const auto& entry : node_) {
      if (entry.first.IsScalar() && entry.first.Scalar() == key) found = entry.second;
    }
  }
  const YAML::Mark mark = found.IsDefined() ? found.Mark() : mark_;
  return {*document_, found, mark, key};
}

YamlValue YamlValue::Required(const std::string& key) const {
  YamlValue found = (*this)[key];
  if (!found.present()) Fail(absl::StrCat("`", key, "` is required"));
  return found;
}

void YamlValue::ExpectKeys(const std::vector<std::string>& known) const {
  if (!present()) return;
  if (!is_map()) return Fail("is not a map");
  std::set<std::string> seen;
  for (const auto& entry : node_) {
    const auto fail = [&](const std::string& why) { document_->Fail(entry.first.Mark(), why); };
    if (!entry.first.IsScalar()) return fail("a key is not plain text");
    const std::string& key = entry.first.Scalar();
    if (std::find(known.begin(), known.end(), key) == known.end()) return fail(UnknownKey(key, known));
    if (!seen.insert(key).second) return fail(absl::StrCat("`", key, "` is there twice"));
  }
}

std::vector<YamlValue> YamlValue::Items() const {
  if (!present()) return {};
  if (!node_.IsSequence()) return {*this};
  std::vector<YamlValue> items;
  for (const auto& item : node_) items.push_back({*document_, item, item.Mark(), name_});
  return items;
}

std::string YamlValue::Text() const {
  if (!present()) return {};
  if (node_.IsScalar()) return node_.Scalar();
  Fail("is not plain text");
  return {};
}

std::vector<std::string> YamlValue::Texts() const {
  std::vector<std::string> texts;
  for (const YamlValue& item : Items()) texts.push_back(item.Text());
  return texts;
}

uint64_t YamlValue::Number(uint64_t low, uint64_t high, uint64_t fallback) const {
  if (!present()) return fallback;
  const std::string text = Text();
  uint64_t number = 0;
  if (absl::SimpleAtoi(text, &number) && number >= low && number <= high) return number;
  Fail(absl::StrCat("\"", Excerpt(text), "\" is not a whole number from ", low, " to ", high));
  return fallback;
}

int64_t YamlValue::DurationMicros(int64_t low_us, int64_t high_us, int64_t fallback_us) const {
  if (!present()) return fallback_us;
  const std::string text = Text();
  absl::Duration duration;
  if (absl::ParseDuration(text, &duration) && duration >= absl::Microseconds(low_us) &&
      duration <= absl::Microseconds(high_us))
    return absl::ToInt64Microseconds(duration);
  Fail(absl::StrCat("\"", Excerpt(text), "\" is not a duration from ", ShowMicros(low_us), " to ",
                    ShowMicros(high_us)));
  return fallback_us;
}

void YamlValue::Fail(const std::string& why) const {
  document_->Fail(mark_, name_.empty() ? why : absl::StrCat(name_, ": ", why));
}

}  // namespace replog
