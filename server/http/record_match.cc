#include "server/http/record_match.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace replog {
namespace {

bool Has(const std::string& where, const std::string& what) {
  const auto same = [](char a, char b) { return absl::ascii_tolower(a) == absl::ascii_tolower(b); };
  return std::search(where.begin(), where.end(), what.begin(), what.end(), same) != where.end();
}

bool HasSomewhere(const v1::Record& record, const std::string& what) {
  for (const auto* field :
       {&record.text(), &record.payload(), &record.key(), &record.channel(), &record.id()}) {
    if (Has(*field, what)) return true;
  }
  return std::ranges::any_of(record.headers(), [&](const auto& header) {
    return Has(header.first, what) || Has(header.second, what);
  });
}

}  // namespace

bool RecordMatch::Fits(const v1::Record& record) const {
  if (key && (!record.has_key() || record.key() != *key)) return false;
  return contains.empty() || HasSomewhere(record, contains);
}

}  // namespace replog
