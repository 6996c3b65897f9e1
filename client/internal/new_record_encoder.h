#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "client/record.h"
#include "client/status.h"

// AppendRequest as wire bytes, written without messages: the path of every record that a Producer takes.
namespace replog::client::internal {

// Refuses what no server takes, whatever its settings: a channel that is not legal, text or headers that are
// not UTF-8, a header name given twice, a tombstone, a version or a time to expire without a key, a tombstone
// that expires, an empty id.
Status CheckNewRecord(const NewRecord& record);

// Writes `log` and nothing when it is empty: the start of a request.
void AppendLogField(std::string& request, std::string_view log);

// How many bytes AppendNewRecord writes.
size_t NewRecordFieldSize(const NewRecord& record);

// Adds a record to a request.
void AppendNewRecord(std::string& request, const NewRecord& record);

}  // namespace replog::client::internal
