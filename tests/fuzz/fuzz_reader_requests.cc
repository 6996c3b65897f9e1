// The requests of readers: whatever parses is converted or refused, and what is converted can be used.

#include "server/api/convert.h"
#include "tests/fuzz/input.h"

using namespace replog;
using testing::Require;

namespace {

template <typename Request>
void Convert(const uint8_t* data, size_t size) {
  Request request;
  if (!request.ParseFromArray(data, static_cast<int>(size))) return;
  (void)ToStart(request);
  const auto filter = ToFilter(request.channels(), Limits());
  if (!filter.ok()) return;
  Require(filter->all() == (request.channels_size() == 0), "a filter that was given leaves something out");
  for (const std::string& pattern : request.channels()) {
    const bool prefix = pattern.back() == '*';
    Require(filter->Matches(prefix ? pattern.substr(0, pattern.size() - 1) : pattern),
            "a pattern matches itself");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Convert<v1::SubscribeRequest>(data, size);
  Convert<v1::ReadRequest>(data, size);
  return 0;
}
