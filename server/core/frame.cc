#include "server/core/frame.h"

namespace replog {

void FrameRecords::Add(const std::shared_ptr<const void>& owner, std::string_view run, size_t count) {
  if (run.empty()) return;
  bytes_ += run.size();
  count_ += count;
  if (run.size() < kShareFrom) {
    copied_.append(run);
    return;
  }
  CloseCopied();
  pieces_.push_back({owner, run});
}

void FrameRecords::CloseCopied() {
  if (copied_.empty()) return;
  auto owner = std::make_shared<const std::string>(std::move(copied_));
  copied_.clear();
  const std::string_view bytes = *owner;
  pieces_.push_back({std::move(owner), bytes});
}

std::vector<Piece> FrameRecords::Finish() {
  CloseCopied();
  return std::move(pieces_);
}

}  // namespace replog
