#pragma once

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

#include "tests/faults/linear/lease_model.h"
#include "tests/faults/linear/register_model.h"

namespace replog::linear {

// Makes a call on an object and returns its answer; nullopt when nobody knows what became of it. Throws
// std::runtime_error for an answer that no honest server gives.
template <typename Model>
using Service = std::function<std::optional<typename Model::Answer>(const std::string& object,
                                                                    const typename Model::Request&)>;

// What a server at `address` does, by the generated stubs, over a connection of its own. Keys are those of
// one channel of the log "default".
Service<RegisterModel> RegistersAt(const std::string& address);
Service<LeaseModel> LeasesAt(const std::string& address);

}  // namespace replog::linear
