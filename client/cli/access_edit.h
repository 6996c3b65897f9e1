#pragma once

#include <memory>
#include <string>
#include <vector>

#include "client/status.h"

namespace replog::cli {

// The access file of replogd as text, read and changed. The server is the judge of it: what is checked here
// is what the change itself needs. Errors begin with FILE, or FILE:LINE.

// "VERBS:LOGS[:NAMES]" as in "read,append:default:room-*": verbs, logs and names of channels, each separated
// by commas. The names of `node` are nodes; `lease` has only names: "lease:chat-leader"; `admin` has none.
struct GrantText {
  std::vector<std::string> verbs;
  std::vector<std::string> logs;
  std::vector<std::string> names;
};
client::Result<GrantText> ParseGrant(const std::string& text);

// A token to be; the file has its digest only.
struct NewToken {
  std::string principal;
  std::string id;  // empty: the first of t1, t2, … that the principal does not have
  std::string sha256;
  std::string expires;  // RFC 3339; empty: never
  std::vector<GrantText> grants;
};

struct ListedToken {
  std::string principal;
  std::string id;
  std::string expires;  // empty: never
};

class AccessEdit {
 public:
  // `text` is what `file` holds; empty: there is no file yet.
  static client::Result<AccessEdit> Parse(const std::string& text, std::string file);
  AccessEdit(AccessEdit&&) noexcept;
  ~AccessEdit();

  // Adds a token, and the principal when it is new; grants are added to those that are there. Returns the id.
  client::Result<std::string> Add(const NewToken& token);
  // Takes a token away; the principal stays.
  client::Status Remove(const std::string& principal, const std::string& id);
  std::vector<ListedToken> List() const;
  // The file as it is to be. Comments are lost: has_comments says whether there were any.
  std::string Text() const;
  bool has_comments() const { return has_comments_; }

 private:
  struct Tree;
  AccessEdit(std::string file, bool has_comments);
  client::Status Refuse(const std::string& what) const;

  std::string file_;
  bool has_comments_;
  std::unique_ptr<Tree> tree_;
};

}  // namespace replog::cli
