#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/auth/name_patterns.h"

namespace replog {

// What a grant lets its principal do: the verbs of the access file, in its order.
enum class Access : uint8_t {
  kRead,    // records, the table and the names of channels
  kAppend,  // records, and conditions on keys
  kNode,    // be a node, move its cursor, see nodes
  kLease,   // take, renew, release and see leases, and append under them
  kAdmin,   // change a log or its settings, trim, verify, audit, forget nodes
};
inline constexpr std::array<std::string_view, 5> kAccessNames{"read", "append", "node", "lease", "admin"};

inline std::string_view AccessName(Access access) { return kAccessNames[static_cast<size_t>(access)]; }

// A set of verbs.
class Verbs {
 public:
  constexpr Verbs() = default;
  template <typename... More>
  constexpr Verbs(Access first, More... more)  // NOLINT(google-explicit-constructor): a verb is a set of one
      : bits_(static_cast<uint8_t>((Bit(first) | ... | Bit(more)))) {}
  static constexpr Verbs All() {
    return {Access::kRead, Access::kAppend, Access::kNode, Access::kLease, Access::kAdmin};
  }

  constexpr bool empty() const { return bits_ == 0; }
  constexpr bool Has(Access access) const { return (bits_ & Bit(access)) != 0; }
  constexpr bool HasAny(Verbs other) const { return (bits_ & other.bits_) != 0; }
  constexpr void Add(Verbs other) { bits_ |= other.bits_; }
  constexpr bool operator==(const Verbs&) const = default;

 private:
  static constexpr unsigned Bit(Access access) { return 1u << static_cast<unsigned>(access); }
  uint8_t bits_ = 0;
};

// A set of logs. The product's own, whose names start with `_`, tell of all channels, nodes, leases and
// settings of the others; so only patterns that start with `_` themselves cover them: `*` does not.
class LogPatterns {
 public:
  LogPatterns() = default;
  explicit LogPatterns(const std::vector<std::string>& patterns);

  bool Covers(std::string_view log) const {
    return !log.empty() && log.front() == '_' ? own_.Covers(log) : users_.Covers(log);
  }
  // Whether it has every log, the product's own too.
  bool all() const { return users_.all() && own_.Covers(NamePatterns({"_*"})); }
  bool empty() const { return users_.empty() && own_.empty(); }
  LogPatterns Unite(const LogPatterns& other) const;
  std::vector<std::string> ToStrings() const;

 private:
  NamePatterns users_;
  NamePatterns own_;  // each starts with `_`
};

// What a principal may do, to what. A verb that has no use for a list passes over it:
//   read, append: logs x channels;  node: logs x nodes (names of nodes);  lease: leases;  admin: logs.
struct Grant {
  Verbs verbs;
  LogPatterns logs;
  NamePatterns channels;
  NamePatterns nodes;
  NamePatterns leases;
};

// What one principal may use up. 0: no limit.
struct PrincipalLimits {
  uint64_t requests_per_second = 0;
  uint64_t bytes_per_second = 0;  // of requests, and of the pages that answer them
  uint64_t streams = 0;           // open at once
  bool operator==(const PrincipalLimits&) const = default;
};

// SHA-256. Of a token, which is random and long, so that nobody finds it from its digest.
using TokenDigest = std::array<uint8_t, 32>;

struct AccessToken {
  std::string id;  // names it in the file and in logs; says nothing of the token
  TokenDigest digest{};
  std::optional<int64_t> expires_us;  // microseconds since 1970; nullopt: never
};

// Somebody who may call, and what for.
struct Principal {
  std::string name;
  std::vector<AccessToken> tokens;
  std::vector<std::string> certificates;  // names that a client's certificate may have
  std::vector<Grant> grants;
  PrincipalLimits limits;
};

// The principal of a server without an access file: everybody, with every grant.
inline constexpr std::string_view kAnonymous = "anonymous";
Principal Anonymous();

}  // namespace replog
