#include "server/core/id_judge.h"

#include "proto/wire/record_view.h"

namespace replog {
namespace {

std::string_view IdOf(std::string_view new_record) {
  wire::FieldReader fields(new_record);
  wire::Field field;
  while (fields.Next(field)) {
    if (field.number == wire::record_field::kId) return field.bytes;
  }
  return {};
}

}  // namespace

absl::Status IdJudge::Begin(const Window& window, const AppendRequest& request) {
  window_ = window;
  written_.Drop();
  stored_.assign(request.count, std::nullopt);
  all_duplicates_ = true;
  // Those that the group has not written itself are asked of the store, all at once.
  std::vector<std::string_view> ids;
  std::vector<size_t> indexes;
  size_t index = 0;
  request.ForEachRecord([&](std::string_view record) {
    const std::string_view id = IdOf(record);
    if (id.empty()) {
      all_duplicates_ = false;
    } else if (written_.Find({window_.log, id}) == nullptr) {
      ids.push_back(id);
      indexes.push_back(index);
    }
    ++index;
  });
  if (ids.empty()) return absl::OkStatus();
  const auto found = store_.FindIds(window_.log, ids);
  if (!found.ok()) return found.status();
  for (size_t i = 0; i < ids.size(); ++i) {
    const auto& entry = (*found)[i];
    stored_[indexes[i]] = entry;
    all_duplicates_ &= entry.has_value() && Remembered(*entry).has_value();
  }
  return absl::OkStatus();
}

std::optional<Sequence> IdJudge::FirstAppend(size_t index, std::string_view id) const {
  if (const IdEntry* written = written_.Find({window_.log, id})) return Remembered(*written);
  return stored_[index] ? Remembered(*stored_[index]) : std::nullopt;
}

std::optional<Sequence> IdJudge::Remembered(const IdEntry& entry) const {
  if (!IsRemembered(entry, window_.window_us, window_.now_us)) return std::nullopt;
  return entry.sequence;
}

void IdJudge::Stage(std::string_view id, Sequence sequence) {
  written_.Stage({window_.log, id}, {sequence, window_.now_us});
}

}  // namespace replog
