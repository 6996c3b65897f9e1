#include "server/metrics/request_metrics.h"

#include "server/core/refusal_counters.h"
#include "server/metrics/scrape.h"

namespace replog {
namespace {

constexpr Metric kRefusals{
    "replog_refusals_total", MetricType::Counter, "transport,reason",
    "Errors that clients were told of, by reason: of calls, of appends on a stream, and ends of streams. "
    "INTERNAL: a fault of the server's."};
constexpr Metric kRequests{"replog_http_requests_total", MetricType::Counter, "route,status",
                           "HTTP requests that a route has answered."};
constexpr Metric kDuration{"replog_http_request_duration_seconds", MetricType::Histogram, "route",
                           "From a request's arrival to its answer; of events, to the first byte."};
constexpr Metric kCertificate{
    "replog_certificate_expiry_timestamp_seconds", MetricType::Gauge, "",
    "When the certificate that new connections get ends, since 1970. Absent without TLS."};

void CollectRefusals(const char* transport, const RefusalCounters& refusals, Scrape& scrape) {
  // All of them: an alert on what is rare needs the zero before the first.
  for (size_t i = 0; i < RefusalCounters::kReasons; ++i) {
    const auto reason = static_cast<Reason>(i);
    scrape.Add(kRefusals, double(refusals.Of(reason)), {transport, ReasonName(reason)});
  }
  scrape.Add(kRefusals, double(refusals.internal()), {transport, "INTERNAL"});
}

}  // namespace

std::vector<Metric> RequestMetrics::Metrics() const {
  return {kRefusals, kRequests, kDuration, kCertificate};
}

void RequestMetrics::Collect(Scrape& scrape) const {
  CollectRefusals("grpc", Refusals(Transport::kGrpc), scrape);
  CollectRefusals("http", Refusals(Transport::kHttp), scrape);
  if (sources_.certificate_end_us)
    scrape.Add(kCertificate, double(sources_.certificate_end_us()) / kMicrosPerSecond);
  if (sources_.http == nullptr) return;
  sources_.http->ForEach([&](const std::string& route, const CallCounters::Method& method) {
    for (const auto& [status, count] : method.codes)
      scrape.Add(kRequests, double(count), {route, std::to_string(status)});
    scrape.Add(kDuration, method.took_us.Read(), kMicrosPerSecond, {route});
  });
}

}  // namespace replog
