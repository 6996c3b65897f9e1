#include "server/console/console_file.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace replog {
namespace {

// What records say is shown by the page and must not become a part of it: nothing that stands in the page
// itself runs or styles it.
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::vector<absl::string_view> ListOf(std::string_view field) {
  std::vector<absl::string_view> list =
      absl::StrSplit(absl::string_view(field.data(), field.size()), ',', absl::SkipWhitespace());
  for (auto& entry : list) entry = absl::StripAsciiWhitespace(entry);
  return list;
}

// "gzip", "gzip;q=0.5"; not "gzip;q=0".
bool IsGzip(absl::string_view entry) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(entry, absl::MaxSplits(';', 1));
  const auto weight = absl::StripAsciiWhitespace(parts.second);
  const bool none = !weight.empty() && weight.find_first_not_of("q=0.") == absl::string_view::npos;
  return absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(parts.first), "gzip") && !none;
}

bool TakesGzip(const http::Request& request) {
  return std::ranges::any_of(ListOf(request.Field("Accept-Encoding")), IsGzip);
}

bool Has(const http::Request& request, const std::string& tag) {
  return std::ranges::any_of(ListOf(request.Field("If-None-Match")), [&](absl::string_view entry) {
    return entry == "*" || absl::StripPrefix(entry, "W/") == tag;
  });
}

}  // namespace

const ConsoleFile* FindConsoleFile(std::string_view path) {
  const auto files = ConsoleFiles();
  const auto found = std::ranges::find(files, path, &ConsoleFile::path);
  return found == files.end() ? nullptr : &*found;
}

http::Response AnswerConsoleFile(const ConsoleFile& file, const http::Request& request) {
  const bool gzip = !file.gzip.empty() && TakesGzip(request);
  const std::string tag = absl::StrCat("\"", std::string(file.hash), gzip ? "-gzip" : "", "\"");
  http::Response response;
  response.content_type = file.type;
  response.fields = {{"ETag", tag},
                     {"Cache-Control", file.immutable() ? "public, max-age=31536000, immutable" : "no-cache"},
                     {"Vary", "Accept-Encoding"},
                     {"Content-Security-Policy", kPolicy},
                     {"Referrer-Policy", "no-referrer"},
                     {"X-Frame-Options", "DENY"},
                     {"Cross-Origin-Opener-Policy", "same-origin"},
                     {"Cross-Origin-Resource-Policy", "same-origin"}};
  if (Has(request, tag)) {
    response.status = http::StatusCode::not_modified;
    return response;
  }
  if (gzip) response.fields.emplace_back("Content-Encoding", "gzip");
  response.body = gzip ? file.gzip : file.plain;
  return response;
}

}  // namespace replog
