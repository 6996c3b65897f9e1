#include "base/flags/unknown_flag.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <vector>

#include "base/utf8.h"
#include "base/yaml/nearest_name.h"

namespace replog {
namespace {

// Of the command that was chosen, and of those that it is a command of.
std::vector<std::string> KnownFlags(const CLI::App& app) {
  const CLI::App* last = &app;
  while (!last->get_subcommands().empty()) last = last->get_subcommands().front();
  std::vector<std::string> known;
  for (; last != nullptr; last = last->get_parent()) {
    for (const CLI::Option* option : last->get_options()) {
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    }
  }
  return known;
}

}  // namespace

std::string UnknownFlag(const CLI::App& app) {
  const auto rest = app.remaining(/*recurse=*/true);
  const auto unknown = std::ranges::find_if(
      rest, [](const std::string& word) { return word.size() > 1 && word.starts_with('-') && word != "--"; });
  if (unknown == rest.end()) return {};
  const std::string flag = unknown->substr(0, unknown->find('='));
  const std::string nearest = NearestName(flag, KnownFlags(app));
  return "there is no flag " + Excerpt(flag) + (nearest.empty() ? "" : "; did you mean " + nearest + "?");
}

}  // namespace replog
