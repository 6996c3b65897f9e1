#pragma once

#include <string>

namespace replog {

// The reference page of all settings and fixed limits, in Markdown: docs/settings.md.
std::string SettingsPage();

}  // namespace replog
