#pragma once

#include <string>

namespace CLI {
class App;
}

namespace replog {

// Of a command line that could not be parsed: "there is no flag --lisen; did you mean --listen?", for the
// first flag that is not known. Empty: all are. Never the flag's value, which may be a secret.
std::string UnknownFlag(const CLI::App& app);

}  // namespace replog
