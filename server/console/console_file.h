#pragma once

#include <span>
#include <string_view>

#include "base/http/message.h"

namespace replog {

// A file of the web console, as it was built into the program.
struct ConsoleFile {
  std::string_view path;  // "/index.html"; under /assets/ the name has a hash of what is in it
  std::string_view type;  // its Content-Type
  std::string_view hash;  // of what is in it
  std::string_view plain;
  std::string_view gzip;  // the same compressed; empty: it does not get smaller

  bool immutable() const { return path.starts_with("/assets/"); }
};

// All of them, by path; `/index.html` is among them. Live for as long as the program.
std::span<const ConsoleFile> ConsoleFiles();

// Null when there is none at this path.
const ConsoleFile* FindConsoleFile(std::string_view path);

// The answer to a GET of the file: compressed for who takes that, or that it has not changed. Lets the page
// run no script and load nothing that is not of this server.
http::Response AnswerConsoleFile(const ConsoleFile& file, const http::Request& request);

}  // namespace replog
