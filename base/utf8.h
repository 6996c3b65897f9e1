#pragma once

#include <string_view>

namespace replog {

// Whether `text` is well-formed UTF-8 (Unicode 15, table 3-7: no overlong forms, no surrogates, nothing past U+10FFFF),
// which is what every strict protobuf client demands of a `string`. Fast on ASCII.
bool IsUtf8(std::string_view text);

}  // namespace replog
