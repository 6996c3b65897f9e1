#include "client/nodes/chat/node_state.h"

#include <nlohmann/json.hpp>

namespace replog::chat {

void NodeState::OnFrame(uint64_t next_sequence) {
  next_sequence_ = next_sequence;
  connected_ = true;
}

std::string NodeState::Json(size_t messages) const {
  const nlohmann::ordered_json json{{"ready", ready_.load()},
                                    {"connected", connected_.load()},
                                    {"next_sequence", next_sequence_.load()},
                                    {"messages", messages}};
  return json.dump() + "\n";
}

}  // namespace replog::chat
