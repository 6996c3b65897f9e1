#pragma once

#include <string>

#include "client/record.h"

namespace replog::cli {

// Adds a record as one line of JSON:
//   {"sequence":0,"time":"2004-12-25T00:05:00Z","channel":"ubuntu","text":"hi","headers":{"user":"qazwer"}}
// A payload stands as base64 under "payload". Text and headers are kept byte for byte.
void AppendJson(std::string& out, const client::Record& record);
void AppendJson(std::string& out, const client::RecordView& record);

// Adds a record as one line for people. Control characters are escaped.
void AppendHuman(std::string& out, const client::Record& record);
void AppendHuman(std::string& out, const client::RecordView& record);

}  // namespace replog::cli
