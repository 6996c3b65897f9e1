#include "base/yaml/nearest_name.h"

#include <algorithm>
#include <numeric>

namespace replog {
namespace {

// How many letters must be put in, left out or changed to make one of the other (Levenshtein's distance).
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = i;
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string NearestName(std::string_view name, const std::vector<std::string>& known) {
  constexpr size_t kLongestName = 100;  // the time grows with its length
  if (name.size() > kLongestName) return {};
  // More than a third of it wrong is another word, not a slip.
  size_t nearest = std::max<size_t>(name.size() / 3, 1) + 1;
  std::string found;
  for (const std::string& candidate : known) {
    const size_t distance = Distance(name, candidate);
    if (distance >= nearest) continue;
    nearest = distance;
    found = candidate;
  }
  return found;
}

}  // namespace replog
