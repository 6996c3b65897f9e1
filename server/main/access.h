#pragma once

#include <memory>

#include "server/auth/access_control.h"
#include "server/auth/admin_audit.h"
#include "server/core/timer_queue.h"
#include "server/rpc/connections.h"

namespace replog {

// Access control as replogd runs it: what becomes of it goes to the log.

// Reads the access file again; a bad one is refused, loudly.
void ReloadAccess(AccessControl& access);

// Ends what goes on under expired tokens, every few seconds for as long as what it returns lives.
std::shared_ptr<Timed> WatchExpiry(TimerQueue& timers, Clock& clock, AccessControl& access);

// Writes each action of an administrator to the log, in one line, as a warning: it is to be there at that
// level too.
AdminAudit LogAdminActions();

// Tells the log which connections were ended because they abuse the transport, 10 a second at most. `clock`
// must outlive what it returns.
Connections::OnEnded LogEndedConnections(Clock& clock);

}  // namespace replog
