#pragma once

#include <string>

#include "tests/faults/model/log_model.h"
#include "tests/faults/support/log_client.h"

namespace replog::model {

// Asks a server for a change. Unless it is to wait for the server, the answer is lost where there is none.
Answer Ask(testing::LogClient& client, const Change& change, bool wait_for_server = true);

// A failed call. Lost, when a kill explains it and nothing is known.
Answer ToAnswer(const grpc::Status& status);

// In what an answer differs from the one that is expected; empty: in nothing that matters.
std::string Difference(const Answer& expected, const Answer& answer);

}  // namespace replog::model
