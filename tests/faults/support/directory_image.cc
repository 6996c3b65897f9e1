#include "tests/faults/support/directory_image.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>

#include "tests/support/child_process.h"

namespace replog::testing {

namespace fs = std::filesystem;

namespace {

class SilentLogger final : public rocksdb::Logger {
 public:
  using Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

void MustWork(const rocksdb::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

}  // namespace

DirectoryImage ImageOf(const std::string& directory) {
  DirectoryImage image;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    const std::string name = entry.path().filename();
    if (!entry.is_regular_file() || name == "LOCK" || name.starts_with("LOG")) continue;
    image[fs::relative(entry.path(), directory)] = ReadFile(entry.path());
  }
  return image;
}

DirectoryImage SettledImageOf(const std::string& directory) {
  DirectoryImage image = ImageOf(directory);
  for (DirectoryImage next; (next = ImageOf(directory)) != image;) image = std::move(next);
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

std::vector<std::string> LiveTables(const std::string& directory) {
  const std::string path = directory + "/db";
  rocksdb::Options options;
  options.info_log = std::make_shared<SilentLogger>();  // so that looking changes no file
  std::vector<std::string> names;
  MustWork(rocksdb::DB::ListColumnFamilies(options, path, &names));
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : names) families.emplace_back(name, options);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  MustWork(rocksdb::DB::OpenForReadOnly(options, path, families, &handles, &opened));
  const std::unique_ptr<rocksdb::DB> db(opened);
  std::vector<rocksdb::LiveFileMetaData> metadata;
  db->GetLiveFilesMetaData(&metadata);
  std::vector<std::string> tables;
  for (const auto& table : metadata) tables.push_back(path + table.name);
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
  return tables;
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
