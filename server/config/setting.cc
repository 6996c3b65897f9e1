#include "server/config/setting.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/types/span.h"
#include "base/utf8.h"

namespace replog {
namespace {

using absl::InvalidArgumentError;
using absl::StrCat;

std::string Quoted(const std::string& text) { return StrCat("\"", Excerpt(text), "\""); }

struct Unit {
  const char* name;
  uint64_t factor;
};

// From small to large; a value is shown in the largest unit that divides it.
constexpr std::array<Unit, 5> kByteUnits{
    {{"", 1}, {"KiB", 1ull << 10}, {"MiB", 1ull << 20}, {"GiB", 1ull << 30}, {"TiB", 1ull << 40}}};
constexpr std::array<Unit, 5> kTimeUnits{
    {{"ms", 1'000}, {"s", 1'000'000}, {"m", 60'000'000}, {"h", 3'600'000'000}, {"d", 86'400'000'000}}};
constexpr std::array<Unit, 1> kNoUnits{{{"", 1}}};
using Units = absl::Span<const Unit>;

std::string Show(uint64_t value, Units units) {
  if (value == 0) return StrCat("0", units[0].name);
  size_t i = units.size() - 1;
  while (value % units[i].factor != 0) --i;
  return StrCat(value / units[i].factor, units[i].name);
}

std::string NamesOf(Units units) {
  return absl::StrJoin(units, ", ", [](std::string* out, const Unit& unit) { out->append(unit.name); });
}

absl::Status ParseQuantity(const std::string& text, Units units, uint64_t* value) {
  const auto letters = std::find_if_not(text.begin(), text.end(), absl::ascii_isdigit);
  const std::string number(text.begin(), letters);
  const std::string unit(absl::StripAsciiWhitespace(std::string(letters, text.end())));
  const auto* found =
      std::find_if(units.begin(), units.end(), [&](const Unit& each) { return unit == each.name; });
  if (number.empty() || (found == units.end() && units.size() == 1)) {
    return InvalidArgumentError(StrCat(Quoted(text), " is not a whole number"));
  }
  if (found == units.end()) {
    return InvalidArgumentError(StrCat(Quoted(text), " has ", unit.empty() ? "no unit" : "an unknown unit",
                                       "; there are ",
                                       NamesOf(units[0].name[0] == '\0' ? units.subspan(1) : units)));
  }
  uint64_t count = 0;
  if (!absl::SimpleAtoi(number, &count) || __builtin_mul_overflow(count, found->factor, value)) {
    return InvalidArgumentError(StrCat(Quoted(text), " is too large a number"));
  }
  return absl::OkStatus();
}

// A number within a range, in some units: the kinds differ in the units and in the type of their field.
template <typename Field>
Setting QuantitySetting(std::string name, std::string kind, Field& field, uint64_t low, uint64_t high,
                        Units units, std::string help) {
  const std::string range = StrCat(Show(low, units), " to ", Show(high, units));
  Setting setting{
      .name = std::move(name), .kind = std::move(kind), .accepts = range, .help = std::move(help)};
  setting.set = [&field, low, high, units, range](const std::string& text) {
    uint64_t value = 0;
    if (absl::Status status = ParseQuantity(text, units, &value); !status.ok()) return status;
    if (value < low || value > high) {
      return InvalidArgumentError(StrCat(Quoted(text), " is not within ", range));
    }
    field = static_cast<Field>(value);
    return absl::OkStatus();
  };
  setting.show = [&field, units] { return Show(static_cast<uint64_t>(field), units); };
  return setting;
}

Setting TextSetting(std::string name, std::string kind, std::string accepts, std::string& field,
                    std::string help, std::function<absl::Status(const std::string&)> check) {
  Setting setting{.name = std::move(name),
                  .kind = std::move(kind),
                  .accepts = std::move(accepts),
                  .help = std::move(help)};
  setting.set = [&field, check = std::move(check)](const std::string& text) {
    absl::Status status = check(text);
    if (status.ok()) field = text;
    return status;
  };
  setting.show = [&field] { return field; };
  return setting;
}

bool IsAddress(const std::string& text) {
  const size_t colon = text.rfind(':');
  uint32_t port = 0;
  return colon != std::string::npos && colon != 0 && absl::SimpleAtoi(text.substr(colon + 1), &port) &&
         port <= 65535;
}

}  // namespace

std::string Setting::Flag() const { return "--" + absl::StrReplaceAll(name, {{"_", "-"}}); }

std::string Setting::Variable() const { return "REPLOG_" + absl::AsciiStrToUpper(name); }

Setting BytesSetting(std::string name, size_t& bytes, size_t low, size_t high, std::string help) {
  return QuantitySetting(std::move(name), "BYTES", bytes, low, high, kByteUnits, std::move(help));
}

Setting CountSetting(std::string name, size_t& count, size_t low, size_t high, std::string help) {
  return QuantitySetting(std::move(name), "COUNT", count, low, high, kNoUnits, std::move(help));
}

Setting DurationSetting(std::string name, int64_t& us, int64_t low_us, int64_t high_us, std::string help) {
  return QuantitySetting(std::move(name), "DURATION", us, low_us, high_us, kTimeUnits, std::move(help));
}

Setting SwitchSetting(std::string name, bool& on, std::string help) {
  Setting setting{.name = std::move(name),
                  .kind = "BOOL",
                  .accepts = "true or false",
                  .help = std::move(help),
                  .is_switch = true};
  setting.set = [&on](const std::string& text) {
    return absl::SimpleAtob(text, &on) ? absl::OkStatus()
                                       : InvalidArgumentError(StrCat(Quoted(text), " is not true or false"));
  };
  setting.show = [&on] { return on ? "true" : "false"; };
  return setting;
}

Setting ChoiceSetting(std::string name, std::string& chosen, std::vector<std::string> choices,
                      std::string help) {
  const std::string accepts = absl::StrJoin(choices, ", ");
  return TextSetting(std::move(name), "CHOICE", accepts, chosen, std::move(help),
                     [choices = std::move(choices), accepts](const std::string& text) {
                       if (std::find(choices.begin(), choices.end(), text) != choices.end()) {
                         return absl::OkStatus();
                       }
                       return InvalidArgumentError(StrCat(Quoted(text), " is none of ", accepts));
                     });
}

Setting AddressSetting(std::string name, std::string& address, std::vector<std::string> words,
                       std::string help) {
  const std::string accepts =
      absl::StrJoin(words, "",
                    [](std::string* out, const std::string& word) { absl::StrAppend(out, word, " or "); }) +
      "host:port";
  return TextSetting(std::move(name), "HOST:PORT", accepts, address, std::move(help),
                     [words = std::move(words), accepts](const std::string& text) {
                       if (IsAddress(text) || std::find(words.begin(), words.end(), text) != words.end()) {
                         return absl::OkStatus();
                       }
                       return InvalidArgumentError(StrCat(Quoted(text), " is not ", accepts));
                     });
}

Setting DirectorySetting(std::string name, std::string& path, std::string help) {
  return TextSetting(std::move(name), "PATH", "a path", path, std::move(help), [](const std::string& text) {
    return text.empty() ? InvalidArgumentError("\"\" is not a path") : absl::OkStatus();
  });
}

Setting FileSetting(std::string name, std::string& path, std::string help) {
  return TextSetting(std::move(name), "FILE", "a file that can be read", path, std::move(help),
                     [](const std::string& text) {
                       std::error_code ignored;
                       const bool directory = std::filesystem::is_directory(text, ignored);
                       // Not opened: reading from a pipe would take from what is read later.
                       const bool readable = text.empty() || ::access(text.c_str(), R_OK) == 0;
                       if (readable && !directory) return absl::OkStatus();
                       const char* why = std::strerror(directory ? EISDIR : errno);
                       return InvalidArgumentError(StrCat(Quoted(text), " cannot be read: ", why));
                     });
}

}  // namespace replog
