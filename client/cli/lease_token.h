#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "client/append.h"

namespace replog::cli {

// "leader=0:41": a lease's name, and its token's lineage and sequence; one word for a shell.
std::string FormatLeaseToken(const client::LeaseToken& token);
// Nullopt when it is not of that form. The name is what stands before the last `=`.
std::optional<client::LeaseToken> ParseLeaseToken(std::string_view text);

// A check for options and arguments that are a token.
const CLI::Validator& IsLeaseToken();

}  // namespace replog::cli
