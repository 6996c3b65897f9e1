#include "server/auth/access_file.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "base/utf8.h"
#include "base/yaml/yaml_document.h"
#include "server/auth/token.h"

namespace replog {
namespace {

constexpr size_t kMaxFileBytes = 1 << 20;
constexpr size_t kMaxNameBytes = 128;
constexpr uint64_t kMaxRate = 1'000'000'000'000;

bool IsName(const std::string& text) {
  return !text.empty() && text.size() <= kMaxNameBytes && std::ranges::all_of(text, [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '@' || c == '-';
  });
}

// Names of principals and tokens: they are written to logs and metrics as they are.
std::string ReadName(const YamlValue& map, const std::string& key) {
  const YamlValue value = map.Required(key);
  std::string name = value.Text();
  if (!IsName(name)) value.Fail("must be 1 to 128 characters of [a-zA-Z0-9._@-]");
  return name;
}

std::optional<int64_t> ReadTime(const YamlValue& value) {
  if (!value.present()) return std::nullopt;
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, value.Text(), &time, &error)) {
    value.Fail("must be a time such as 2027-01-01T00:00:00Z");
    return std::nullopt;
  }
  return absl::ToUnixMicros(time);
}

AccessToken ReadToken(const YamlValue& map) {
  map.ExpectKeys({"id", "sha256", "expires"});
  AccessToken token;
  token.id = ReadName(map, "id");
  const YamlValue sha256 = map.Required("sha256");
  const auto digest = DigestFromHex(sha256.Text());
  // Not shown: what was put here by mistake may be the token itself.
  if (!digest) sha256.Fail("must be 64 hexadecimal digits: the SHA-256 of the token");
  if (digest) token.digest = *digest;
  token.expires_us = ReadTime(map["expires"]);
  return token;
}

Verbs ReadVerbs(const YamlValue& list) {
  const std::vector<std::string> known(kAccessNames.begin(), kAccessNames.end());
  Verbs verbs;
  for (const YamlValue& item : list.Items()) {
    const std::string verb = item.Text();
    const auto found = std::ranges::find(known, verb);
    if (found == known.end()) {
      item.Fail(
          absl::StrCat("there is no verb `", Excerpt(verb), "`; verbs are ", absl::StrJoin(known, ", ")));
      return verbs;
    }
    verbs.Add(static_cast<Access>(found - known.begin()));
  }
  if (verbs.empty()) list.Fail("must have at least one verb");
  return verbs;
}

std::vector<std::string> ReadPatterns(const YamlValue& list) {
  for (const YamlValue& item : list.Items()) {
    const std::string pattern = item.Text();
    if (pattern.empty() || pattern.find('*') < pattern.size() - 1)
      item.Fail("must be a name, or the beginning of one and `*`");
  }
  std::vector<std::string> patterns = list.Texts();
  if (patterns.empty()) list.Fail("must have at least one pattern; left out it means all of them");
  return patterns;
}

// The patterns behind `key`, which only `users` have a use for; all when it is left out.
std::vector<std::string> ReadPatterns(const YamlValue& map, const std::string& key, Verbs verbs,
                                      Verbs users) {
  const YamlValue list = map[key];
  if (!list.defined())
    return verbs.HasAny(users) ? std::vector<std::string>{"*"} : std::vector<std::string>();
  if (!verbs.HasAny(users)) list.Fail("none of the grant's verbs has a use for it");
  return ReadPatterns(list);
}

Grant ReadGrant(const YamlValue& map) {
  map.ExpectKeys({"verbs", "logs", "channels", "nodes", "leases"});
  constexpr Verbs kOfLogs{Access::kRead, Access::kAppend, Access::kNode, Access::kAdmin};
  Grant grant;
  grant.verbs = ReadVerbs(map.Required("verbs"));
  if (grant.verbs.HasAny(kOfLogs)) map.Required("logs");
  grant.logs = LogPatterns(ReadPatterns(map, "logs", grant.verbs, kOfLogs));
  grant.channels = NamePatterns(ReadPatterns(map, "channels", grant.verbs, {Access::kRead, Access::kAppend}));
  grant.nodes = NamePatterns(ReadPatterns(map, "nodes", grant.verbs, Access::kNode));
  grant.leases = NamePatterns(ReadPatterns(map, "leases", grant.verbs, Access::kLease));
  return grant;
}

// A number of bytes, with a unit if one likes.
uint64_t ReadBytes(const YamlValue& value) {
  if (!value.present()) return 0;
  const std::string text = value.Text();
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string unit = text.substr(digits);
  const int shift = unit.empty() ? 0 : unit == "KiB" ? 10 : unit == "MiB" ? 20 : unit == "GiB" ? 30 : -1;
  uint64_t number = 0;
  if (shift >= 0 && absl::SimpleAtoi(text.substr(0, digits), &number) && number > 0 &&
      number <= kMaxRate >> shift)
    return number << shift;
  value.Fail("must be a number of bytes of at least 1, such as 500000 or 10MiB");
  return 0;
}

PrincipalLimits ReadLimits(const YamlValue& map) {
  map.ExpectKeys({"requests_per_second", "bytes_per_second", "streams"});
  return {.requests_per_second = map["requests_per_second"].Number(1, kMaxRate, 0),
          .bytes_per_second = ReadBytes(map["bytes_per_second"]),
          .streams = map["streams"].Number(1, kMaxRate, 0)};
}

Principal ReadPrincipal(const YamlValue& map) {
  map.ExpectKeys({"name", "tokens", "certificates", "grants", "limits"});
  Principal principal;
  principal.name = ReadName(map, "name");
  if (principal.name == kAnonymous)
    map["name"].Fail("`anonymous` is who calls where there is no access file");
  for (const YamlValue& token : map["tokens"].Items()) principal.tokens.push_back(ReadToken(token));
  principal.certificates = map["certificates"].Texts();
  for (const YamlValue& grant : map["grants"].Items()) principal.grants.push_back(ReadGrant(grant));
  principal.limits = ReadLimits(map["limits"]);
  return principal;
}

// What must not be there twice, since it says who calls.
class Uniqueness {
 public:
  void Check(const YamlValue& where, const Principal& principal) {
    Once(where, "name", principal.name);
    std::set<std::string> ids;
    for (const AccessToken& token : principal.tokens) {
      Once(where, "sha256", ToHex(token.digest));
      if (!ids.insert(token.id).second)
        where.Fail(absl::StrCat("the token id `", token.id, "` is there twice"));
    }
    for (const std::string& name : principal.certificates) {
      if (name.empty()) where.Fail("a certificate's name is empty");
      Once(where, "certificate", name);
    }
  }

 private:
  void Once(const YamlValue& where, const std::string& kind, const std::string& value) {
    if (!seen_.insert({kind, value}).second)
      where.Fail(absl::StrCat("the ", kind, " `", Excerpt(value), "` is there twice"));
  }
  std::set<std::pair<std::string, std::string>> seen_;
};

}  // namespace

absl::StatusOr<std::vector<Principal>> ParseAccessFile(const std::string& text, const std::string& file) {
  if (text.size() > kMaxFileBytes)
    return absl::InvalidArgumentError(
        absl::StrCat(file, ": has ", text.size(), " bytes, the limit is ", kMaxFileBytes));
  YamlDocument document(text, file);
  const YamlValue root = document.root();
  root.ExpectKeys({"principals"});
  std::vector<Principal> principals;
  Uniqueness uniqueness;
  for (const YamlValue& entry : root.Required("principals").Items()) {
    if (!document.status().ok()) break;
    principals.push_back(ReadPrincipal(entry));
    uniqueness.Check(entry, principals.back());
  }
  if (!document.status().ok()) return document.status();
  return principals;
}

absl::StatusOr<std::vector<Principal>> ReadAccessFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::InvalidArgumentError(absl::StrCat("access file ", path, ": cannot be opened"));
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (in.bad()) return absl::InvalidArgumentError(absl::StrCat("access file ", path, ": cannot be read"));
  return ParseAccessFile(text, path);
}

}  // namespace replog
