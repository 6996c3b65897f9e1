#pragma once

#include <span>

#include "absl/status/statusor.h"
#include "proto/wire/record_view.h"
#include "storage/model/expiry.h"
#include "storage/rocks/engine.h"

// The index of records that expire, in an open engine; see LogStore for what each promises. Thread-safe.
namespace replog {

absl::StatusOr<ExpirySlice> ReadExpiries(const Engine& engine, LogNumber log, const ExpiryScan& scan);

// Puts the entry of a keyed record that expires into `batch`.
void PutExpiry(const Engine& engine, LogNumber log, const wire::RecordView& record,
               rocksdb::WriteBatch& batch);

// Puts the deletion of those entries that still are of these records into `batch`, which is to be written
// before anything else is.
absl::Status DeleteExpiries(const Engine& engine, LogNumber log, std::span<const Expiry> expiries,
                            rocksdb::WriteBatch& batch);

}  // namespace replog
