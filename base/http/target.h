#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace replog::http {

// What a request line asks for, percent-decoded: "/a/b%2Fc?x=1&y" is path "/a/b/c", segments {"a", "b/c"} and
// query {x: "1", y: ""}.
struct Target {
  // For people. What is asked for say the segments, in which an escaped slash is no separator.
  std::string path;
  std::vector<std::string> segments;
  std::map<std::string, std::string, std::less<>> query;
};

// Nullopt when it is not a path that starts with `/`, has a broken escape, or gives a query name twice. In
// the query `+` is a space. The decoded text may be any bytes.
std::optional<Target> ParseTarget(std::string_view target);

}  // namespace replog::http
