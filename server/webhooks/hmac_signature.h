#pragma once

#include <vector>

#include "server/webhooks/delivery.h"
#include "server/webhooks/secret.h"
#include "server/webhooks/signature_scheme.h"

namespace replog {

// Whether somebody who has one of `secrets` signed the delivery, and within the scheme's tolerance of now.
// Takes the same time for every wrong signature of a length.
bool IsSigned(const Delivery& delivery, const SignatureScheme& scheme, const std::vector<Secret>& secrets);

}  // namespace replog
