#include "server/core/node_wait.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/core/names.h"

namespace replog {

absl::Status CheckWaitedNodes(const std::vector<std::string>& nodes, std::string_view fleet) {
  if (nodes.size() > kMaxWaitedNodes) {
    const auto limit = std::to_string(kMaxWaitedNodes);
    const auto value = std::to_string(nodes.size());
    return MakeError(Reason::kInvalidField,
                     absl::StrCat("nodes: has ", value, " entries, the limit is ", limit),
                     {{"field", "nodes"}, {"limit", limit}, {"value", value}});
  }
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (auto status = CheckNodeName(nodes[i], absl::StrCat("nodes[", i, "]")); !status.ok()) return status;
  }
  if (!nodes.empty() && !fleet.empty()) {
    return MakeError(Reason::kInvalidField, "fleet: is not legal with `nodes`: ask for the one or the others",
                     {{"field", "fleet"}});
  }
  return absl::OkStatus();
}

}  // namespace replog
