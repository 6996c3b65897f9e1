#pragma once

#include "tests/faults/linear/service.h"

namespace replog::linear {

// Services that do what a server with a bug would, now and then; the check must find each of them.

// Answers a read with what it read last.
Service<RegisterModel> WithStaleReads(Service<RegisterModel> honest, uint64_t seed);
// Answers a write as if it were done, and forgets it.
Service<RegisterModel> WithLostWrites(Service<RegisterModel> honest, uint64_t seed);
// Does not look at conditions.
Service<RegisterModel> WithoutConditions(Service<RegisterModel> honest, uint64_t seed);
// Grants a lease that another holds.
Service<LeaseModel> WithDoubleGrants(Service<LeaseModel> honest, uint64_t seed);
// Forgets who holds a lease, as if it were released.
Service<LeaseModel> WithForgottenHolders(Service<LeaseModel> honest, uint64_t seed);

}  // namespace replog::linear
