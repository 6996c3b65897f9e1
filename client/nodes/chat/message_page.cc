#include "client/nodes/chat/message_page.h"

#include <charconv>

#include "client/nodes/chat/message_json.h"

namespace replog::chat {
namespace {

using http::StatusCode;

// Messages in one piece of an answer: few enough that a piece is made in a millisecond.
constexpr size_t kPieceMessages = 256;

// A number of `low` or more.
bool ParseNumber(const std::string& text, uint64_t low, uint64_t& number) {
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stopped == end && number >= low;
}

http::Response BadParameter(const std::string& name, const std::string& message) {
  return http::ErrorResponse(StatusCode::bad_request, "INVALID_FIELD", message, {{"field", name}});
}

// Writes a page: the opening, the messages, the closing.
class PageSource {
 public:
  PageSource(const MessageStore& store, const PageQuery& query)
      : store_(store), selection_(store.Select(query.from, query.channel, query.limit)) {}

  bool operator()(std::string& piece) {
    if (!started_) piece += R"({"messages":[)";
    started_ = true;
    store_.Read(selection_, kPieceMessages, [this, &piece](const Message& message) {
      if (!first_) piece += ",\n";
      first_ = false;
      AppendJson(piece, message);
    });
    if (!selection_.done()) return true;
    piece += R"(],"next":)" + std::to_string(selection_.next_sequence());
    piece += selection_.more() ? ",\"more\":true}\n" : ",\"more\":false}\n";
    return false;
  }

 private:
  const MessageStore& store_;
  MessageStore::Selection selection_;
  bool started_ = false;
  bool first_ = true;
};

}  // namespace

std::optional<PageQuery> ParsePageQuery(const http::Target& target, http::Response& refusal) {
  PageQuery query;
  for (const auto& [name, value] : target.query) {
    if (name == "channel") {
      query.channel = value;
    } else if (name == "from") {
      if (ParseNumber(value, 0, query.from)) continue;
      refusal = BadParameter(name, "from must be a sequence: a number of 0 or more");
      return std::nullopt;
    } else if (name == "limit") {
      if (ParseNumber(value, 1, query.limit)) continue;
      refusal = BadParameter(name, "limit must be a number of 1 or more");
      return std::nullopt;
    } else {
      refusal = BadParameter(name, "there is no parameter " + name + "; there are channel, from and limit");
      return std::nullopt;
    }
  }
  return query;
}

http::Response PageResponse(const MessageStore& store, const PageQuery& query) {
  http::Response response;
  response.source = PageSource(store, query);
  return response;
}

}  // namespace replog::chat
