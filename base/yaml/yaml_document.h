#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace replog {

class YamlValue;

// A YAML text, read strictly. The first error is kept, and says FILE:LINE; after it whatever is read means
// nothing, so that a reader asks status() once, at its end. Not thread-safe.
class YamlDocument {
 public:
  // `file` is only the name that errors have.
  YamlDocument(const std::string& text, std::string file);
  YamlDocument(const YamlDocument&) = delete;
  YamlDocument& operator=(const YamlDocument&) = delete;

  YamlValue root();
  // INVALID_ARGUMENT of the first error.
  const absl::Status& status() const { return status_; }

 private:
  friend class YamlValue;
  std::string Place(const YAML::Mark& where) const;
  void Fail(const YAML::Mark& where, const std::string& why);

  const std::string file_;
  YAML::Node node_;
  absl::Status status_;
};

// A place in a document: a map, a list, a scalar, or nothing. Cheap to copy; the document must outlive it.
class YamlValue {
 public:
  // False where the map has no such key, or nothing behind it.
  bool present() const { return node_.IsDefined() && !node_.IsNull(); }
  // Whether the map has the key, be it with nothing behind it.
  bool defined() const { return node_.IsDefined(); }
  bool is_map() const { return node_.IsDefined() && node_.IsMap(); }

  // The value of a key; not present where it is missing, or this is not a map.
  YamlValue operator[](const std::string& key) const;
  // The same, and an error where it is missing.
  YamlValue Required(const std::string& key) const;
  // An error unless this is a map (or nothing), each key is one of `known`, and none is there twice.
  void ExpectKeys(const std::vector<std::string>& known) const;

  // The entries of a list; a single value counts as a list of one, nothing as one of none.
  std::vector<YamlValue> Items() const;
  // A scalar as it is written; empty where there is nothing.
  std::string Text() const;
  std::vector<std::string> Texts() const;
  // A whole number from `low` to `high`, or `fallback` where there is nothing.
  uint64_t Number(uint64_t low, uint64_t high, uint64_t fallback) const;
  // A duration (90s, 5m) in microseconds.
  int64_t DurationMicros(int64_t low_us, int64_t high_us, int64_t fallback_us) const;

  // "FILE:LINE".
  std::string Where() const { return document_->Place(mark_); }
  // An error here: "FILE:LINE: key: why".
  void Fail(const std::string& why) const;

 private:
  friend class YamlDocument;
  YamlValue(YamlDocument& document, const YAML::Node& node, YAML::Mark mark, std::string name)
      : document_(&document), node_(node), mark_(mark), name_(std::move(name)) {}

  YamlDocument* document_;
  YAML::Node node_;
  YAML::Mark mark_;   // of the map, where there is nothing
  std::string name_;  // the key that leads here
};

}  // namespace replog
