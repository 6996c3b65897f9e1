#pragma once

#include <memory>

#include "base/histogram.h"
#include "rocksdb/env.h"

namespace replog {

// `base` with two differences for write-ahead log files. Their syncs are timed, in microseconds. And one gets
// its full size when it is made, not only its blocks. A write within a file's size changes none of its
// metadata, so the sync behind each append does not wait for a commit of the file system's journal (ext4,
// measured: 118 µs instead of 163 to 189). Recovery reads the zeros behind the last write as the log's end;
// closing the file cuts them off. Both must outlive the result.
std::unique_ptr<rocksdb::Env> WithWalFileSystem(rocksdb::Env* base, Histogram& sync_us);

}  // namespace replog
