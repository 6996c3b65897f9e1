#include "server/api/log_info.h"

#include "server/api/convert.h"

namespace replog {

void DescribeLog(LogService& service, const Log& log, v1::LogInfo& info) {
  FillLogInfo(log, info);
  const Sequence first = log.tail().first_kept();
  if (first >= log.tail().committed_end()) return;
  const auto chunk = service.store().ChunkContaining(log.number(), first);
  // Damaged, or trimmed away just now: the log is listed all the same, without its size.
  if (chunk.ok()) info.set_bytes(log.bytes_before_end - chunk->header.bytes_before);
}

}  // namespace replog
