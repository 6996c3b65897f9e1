#pragma once

#include <map>
#include <string>
#include <vector>

namespace replog::testing {

// The content of every file under a data directory, by its path there, apart from what is no data and may
// change when somebody looks: locks and RocksDB's own diary.
using DirectoryImage = std::map<std::string, std::string>;
DirectoryImage ImageOf(const std::string& directory);

// The same of a directory in use, of one moment: once nothing changes between two looks.
DirectoryImage SettledImageOf(const std::string& directory);

// The files of RocksDB in a data directory whose names end in `extension` (".log": write-ahead log, ".sst":
// tables), or begin with it, in order of their numbers.
std::vector<std::string> EngineFiles(const std::string& directory, const std::string& part);

// The tables that the store in a closed data directory consists of. Others are leftovers of a compaction that
// closing interrupted; the next opening deletes them.
std::vector<std::string> LiveTables(const std::string& directory);

void FlipBit(const std::string& path, size_t bit);

// How much of a write-ahead log was written: what follows are the zeros of its full size.
size_t WrittenBytes(const std::string& path);

// The same without those zeros, which are cut off when a log file is closed.
DirectoryImage WithoutSpareZeros(DirectoryImage image);

// Flips a bit in the written part's middle of the newest write-ahead log. Returns the image after that.
DirectoryImage DamageNewestLogFile(const std::string& directory);

}  // namespace replog::testing
