#pragma once

#include <string>
#include <string_view>

namespace replog {

// Whether `text` is well-formed UTF-8 (Unicode 15, table 3-7: no overlong forms, no surrogates, nothing past
// U+10FFFF), which is what every strict protobuf client demands of a `string`. Fast on ASCII.
bool IsUtf8(std::string_view text);

// The beginning of what a client sent, fit for an error: at most 100 bytes, whole characters. What is not
// UTF-8 gives a placeholder.
std::string Excerpt(std::string_view text);

}  // namespace replog
