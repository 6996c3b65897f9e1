#include "tests/faults/support/directory_image.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/support/child_process.h"

namespace replog::testing {

namespace fs = std::filesystem;

DirectoryImage ImageOf(const std::string& directory) {
  DirectoryImage image;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    const std::string name = entry.path().filename();
    if (!entry.is_regular_file() || name == "LOCK" || name.starts_with("LOG")) continue;
    image[fs::relative(entry.path(), directory)] = ReadFile(entry.path());
  }
  return image;
}

std::vector<std::string> EngineFiles(const std::string& directory, const std::string& part) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(directory + "/db")) {
    const std::string name = entry.path().filename();
    if (name.ends_with(part) || name.starts_with(part)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

void FlipBit(const std::string& path, size_t bit) {
  std::string content = ReadFile(path);
  content.at(bit / 8) = static_cast<char>(content.at(bit / 8) ^ (1 << (bit % 8)));
  std::ofstream(path, std::ios::binary) << content;
}

size_t WrittenBytes(const std::string& path) { return ReadFile(path).find_last_not_of('\0') + 1; }

DirectoryImage WithoutSpareZeros(DirectoryImage image) {
  for (auto& [name, content] : image) {
    if (name.ends_with(".log")) content.resize(content.find_last_not_of('\0') + 1);
  }
  return image;
}

DirectoryImage DamageNewestLogFile(const std::string& directory) {
  const std::string newest = EngineFiles(directory, ".log").back();
  FlipBit(newest, WrittenBytes(newest) * 8 / 2);
  return ImageOf(directory);
}

}  // namespace replog::testing
