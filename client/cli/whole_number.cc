#include "client/cli/whole_number.h"

#include <charconv>

namespace replog::cli {

const CLI::Validator& WholeNumber() {
  static const CLI::Validator kValidator(
      [](const std::string& text) -> std::string {
        uint64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error == std::errc() && end == text.data() + text.size()) return {};
        return "\"" + text + "\" is not a number from 0 to " + std::to_string(UINT64_MAX);
      },
      "0 to 2^64-1");
  return kValidator;
}

}  // namespace replog::cli
