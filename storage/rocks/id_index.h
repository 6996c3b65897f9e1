#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/model/log_store.h"
#include "storage/rocks/engine.h"

namespace replog {

// The newest record of each of `ids`, in their order; nullopt where the store knows none.
absl::StatusOr<std::vector<std::optional<IdEntry>>> FindIds(const Engine& engine, LogNumber log,
                                                            std::span<const std::string_view> ids);

// Puts the ids of a chunk's records into `batch`.
absl::Status PutIds(const Engine& engine, LogNumber log, const Chunk& chunk, rocksdb::WriteBatch& batch);

}  // namespace replog
