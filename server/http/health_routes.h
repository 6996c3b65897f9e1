#pragma once

#include "server/http/routes.h"

namespace replog {

// /healthz: the process answers. /readyz: it can append and read now. /metrics, in Prometheus' text format.
void AddHealthRoutes(Routes& routes);

}  // namespace replog
