#include "base/http/framing.h"

#include <boost/beast/core/string.hpp>

namespace replog::http {

namespace beast = boost::beast;
using beast::http::field;

std::optional<std::string> FramingFault(const Fields& fields, unsigned version) {
  constexpr unsigned kHttp11 = 11;
  const auto encodings = fields.count(field::transfer_encoding);
  const auto lengths = fields.count(field::content_length);
  if (encodings + lengths > 1) return "its length is said more than once";
  if (encodings == 1 && version < kHttp11) return "HTTP/1.0 has no Transfer-Encoding";
  if (encodings == 1 && !beast::iequals(fields[field::transfer_encoding], "chunked"))
    return "its Transfer-Encoding is not chunked";
  if (lengths == 1 && fields[field::content_length].find(',') != beast::string_view::npos)
    return "its Content-Length is a list";
  if (fields.count(field::host) > 1) return "it has more than one Host";
  return {};
}

}  // namespace replog::http
