#include "server/core/refusal_counters.h"

namespace replog {

RefusalCounters& Refusals(Transport transport) {
  static auto& counters = *new std::array<RefusalCounters, 2>();
  return counters[static_cast<size_t>(transport)];
}

}  // namespace replog
