#include "client/cli/access_edit.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <sstream>
#include <string_view>

#include "client/cli/human_format.h"

namespace replog::cli {
namespace {

using client::Result;
using client::Status;
using client::StatusCode;

constexpr std::array<std::string_view, 5> kVerbs{"read", "append", "node", "lease", "admin"};
constexpr size_t kMaxNameBytes = 128;

Status Invalid(const std::string& what) { return {StatusCode::kInvalidArgument, what}; }

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  AppendPrintable(quoted, text);
  return quoted + "\"";
}

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  if (text.ends_with(separator)) parts.emplace_back();
  return parts;
}

bool Has(const std::vector<std::string>& list, std::string_view one) {
  return std::find(list.begin(), list.end(), one) != list.end();
}

// The problem of a grant that was split, or nothing.
std::string ProblemOf(const GrantText& grant) {
  for (const std::string& verb : grant.verbs) {
    if (std::find(kVerbs.begin(), kVerbs.end(), verb) == kVerbs.end())
      return "there is no verb " + Quoted(verb) + "; there are read, append, node, lease, admin";
  }
  const bool channels = Has(grant.verbs, "read") || Has(grant.verbs, "append");
  const bool lease = Has(grant.verbs, "lease");
  if (lease && grant.verbs.size() > 1) return "lease has no logs: give it a grant of its own";
  if (lease && !grant.names.empty()) return "lease has no logs, only names of leases";
  if (grant.names.empty()) return "";
  if (channels && Has(grant.verbs, "node")) return "its names would be channels and nodes: give two grants";
  return channels || Has(grant.verbs, "node") ? "" : "admin has no names: it is of whole logs";
}

// What the last part of a grant is called in the file.
const char* NamesKey(const GrantText& grant) { return Has(grant.verbs, "node") ? "nodes" : "channels"; }

YAML::Node ListOf(const std::vector<std::string>& items) {
  YAML::Node list(YAML::NodeType::Sequence);
  list.SetStyle(YAML::EmitterStyle::Flow);
  for (const std::string& item : items) list.push_back(item);
  return list;
}

YAML::Node NodeOf(const GrantText& grant) {
  YAML::Node node;
  node["verbs"] = ListOf(grant.verbs);
  node[Has(grant.verbs, "lease") ? "leases" : "logs"] = ListOf(grant.logs);
  if (!grant.names.empty()) node[NamesKey(grant)] = ListOf(grant.names);
  return node;
}

std::string YamlOf(const YAML::Node& node) {
  YAML::Emitter out;
  out << node;
  return out.c_str();
}

std::string NameProblem(const char* what, const std::string& name) {
  const auto legal = [](unsigned char c) {
    return std::isalnum(c) != 0 || std::strchr("._@-", c) != nullptr;
  };
  if (!name.empty() && name.size() <= kMaxNameBytes && std::all_of(name.begin(), name.end(), legal))
    return "";
  return std::string(what) + " " + Quoted(name) +
         " must have 1 to 128 characters of letters, digits and ._@-";
}

// The one of a sequence whose `key` is `value`; undefined when there is none.
YAML::Node Find(const YAML::Node& sequence, const char* key, const std::string& value) {
  for (const YAML::Node& one : sequence) {
    if (one.IsMap() && one[key] && one[key].as<std::string>("") == value) return one;
  }
  return YAML::Node(YAML::NodeType::Undefined);
}

std::string FreeId(const YAML::Node& tokens) {
  for (int i = 1;; ++i) {
    std::string id = "t" + std::to_string(i);
    if (!Find(tokens, "id", id).IsDefined()) return id;
  }
}

void AddGrants(const std::vector<GrantText>& grants, YAML::Node principal) {
  for (const GrantText& grant : grants) {
    const YAML::Node wanted = NodeOf(grant);
    const YAML::Node present = principal["grants"];
    const auto same = [&](const YAML::Node& one) { return YamlOf(one) == YamlOf(wanted); };
    if (!present || std::none_of(present.begin(), present.end(), same)) principal["grants"].push_back(wanted);
  }
}

// A # that begins a comment, as far as that can be told without a parser: at a line's begin or after white
// space.
bool HasComments(const std::string& text) {
  char before = '\n';
  for (const char c : text) {
    if (c == '#' && (before == '\n' || before == ' ' || before == '\t')) return true;
    before = c;
  }
  return false;
}

// Whether the tree has the shape that is worked on here.
std::string ShapeProblem(const YAML::Node& root) {
  if (!root.IsMap() || !root["principals"] || !root["principals"].IsSequence())
    return "has no list `principals`";
  for (const YAML::Node& principal : root["principals"]) {
    if (!principal.IsMap() || !principal["name"] || !principal["name"].IsScalar())
      return "has a principal without a `name`";
    if (principal["tokens"] && !principal["tokens"].IsSequence())
      return "has `tokens` of " + Quoted(principal["name"].Scalar()) + " that are no list";
  }
  return "";
}

}  // namespace

Result<GrantText> ParseGrant(const std::string& text) {
  const auto parts = Split(text, ':');
  const auto refuse = [&](const std::string& why) { return Invalid("--grant " + Quoted(text) + ": " + why); };
  if (parts.size() < 2 || parts.size() > 3) return refuse("is not VERBS:LOGS or VERBS:LOGS:NAMES");
  GrantText grant{Split(parts[0], ','), Split(parts[1], ','), {}};
  if (parts.size() == 3) grant.names = Split(parts[2], ',');
  for (const auto* list : {&grant.verbs, &grant.logs, &grant.names}) {
    if (Has(*list, "") || (list != &grant.names && list->empty())) return refuse("a part of it is empty");
  }
  if (parts.size() == 3 && grant.names.empty()) return refuse("a part of it is empty");
  if (const std::string problem = ProblemOf(grant); !problem.empty()) return refuse(problem);
  return grant;
}

struct AccessEdit::Tree {
  YAML::Node root;
};

AccessEdit::AccessEdit(std::string file, bool has_comments)
    : file_(std::move(file)), has_comments_(has_comments), tree_(std::make_unique<Tree>()) {}
AccessEdit::AccessEdit(AccessEdit&&) noexcept = default;
AccessEdit::~AccessEdit() = default;

Status AccessEdit::Refuse(const std::string& what) const { return Invalid(file_ + ": " + what); }

Result<AccessEdit> AccessEdit::Parse(const std::string& text, std::string file) {
  AccessEdit edit(std::move(file), HasComments(text));
  try {
    edit.tree_->root = text.empty() ? YAML::Load("principals: []") : YAML::Load(text);
    if (const std::string problem = ShapeProblem(edit.tree_->root); !problem.empty())
      return edit.Refuse(problem);
  } catch (const YAML::Exception& error) {
    return Invalid(edit.file_ + ":" + std::to_string(error.mark.line + 1) + ": " + error.msg);
  }
  return edit;
}

Result<std::string> AccessEdit::Add(const NewToken& token) {
  if (const auto problem = NameProblem("--principal", token.principal); !problem.empty())
    return Invalid(problem);
  if (token.principal == "anonymous")
    return Invalid("--principal \"anonymous\" is who calls without a credential");
  YAML::Node principals = tree_->root["principals"];
  principals.SetStyle(YAML::EmitterStyle::Block);
  YAML::Node principal = Find(principals, "name", token.principal);
  const bool is_new = !principal.IsDefined();
  if (is_new && token.grants.empty())
    return Refuse("there is no principal " + Quoted(token.principal) +
                  " yet, and without a --grant it may do nothing");
  if (is_new) principal = YAML::Node(YAML::NodeType::Map);
  if (is_new) principal["name"] = token.principal;
  const std::string id = token.id.empty() ? FreeId(principal["tokens"]) : token.id;
  if (const auto problem = NameProblem("--id", id); !problem.empty()) return Invalid(problem);
  if (Find(principal["tokens"], "id", id).IsDefined())
    return Refuse("the principal " + Quoted(token.principal) + " has a token " + Quoted(id) + " already");
  YAML::Node entry;
  entry["id"] = id;
  entry["sha256"] = token.sha256;
  if (!token.expires.empty()) entry["expires"] = token.expires;
  principal["tokens"].push_back(entry);
  principal["tokens"].SetStyle(YAML::EmitterStyle::Block);
  AddGrants(token.grants, principal);
  if (is_new) principals.push_back(principal);
  return id;
}

Status AccessEdit::Remove(const std::string& principal_name, const std::string& id) {
  YAML::Node principal = Find(tree_->root["principals"], "name", principal_name);
  if (!principal.IsDefined()) return Refuse("there is no principal " + Quoted(principal_name));
  YAML::Node kept(YAML::NodeType::Sequence);
  for (const YAML::Node& token : principal["tokens"]) {
    if (token["id"].as<std::string>("") != id) kept.push_back(token);
  }
  if (kept.size() == principal["tokens"].size())
    return Refuse("the principal " + Quoted(principal_name) + " has no token " + Quoted(id));
  if (kept.size() == 0) {
    principal.remove("tokens");
  } else {
    principal["tokens"] = kept;
  }
  return {};
}

std::vector<ListedToken> AccessEdit::List() const {
  std::vector<ListedToken> list;
  for (const YAML::Node& principal : tree_->root["principals"]) {
    for (const YAML::Node& token : principal["tokens"]) {
      list.push_back({principal["name"].Scalar(), token["id"].as<std::string>(""),
                      token["expires"].as<std::string>("")});
    }
  }
  return list;
}

std::string AccessEdit::Text() const { return YamlOf(tree_->root) + "\n"; }

}  // namespace replog::cli
