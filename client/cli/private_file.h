#pragma once

#include <functional>
#include <string>

#include "client/status.h"

namespace replog::cli {

// Changes a file that only its owner may read: `change` gets its text, empty when there is none, and returns
// what it is to be. It is replaced at one moment (mode 0600, synced); another change of a file of the same
// directory waits meanwhile. On an error, also of `change`, the file is as it was. A symbolic link is
// followed.
client::Status ChangePrivateFile(
    const std::string& path, const std::function<client::Result<std::string>(const std::string&)>& change);

// The text of a file; INVALID_ARGUMENT names it when it cannot be read.
client::Result<std::string> ReadWholeFile(const std::string& path);

}  // namespace replog::cli
