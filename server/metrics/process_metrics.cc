#include "server/metrics/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "base/version.h"
#include "server/metrics/scrape.h"

namespace replog {
namespace {

struct Process {
  double cpu_seconds = 0;
  double start_seconds = 0;  // since 1970
  double threads = 0;
  double virtual_bytes = 0;
  double resident_bytes = 0;
  double open_files = 0;
  double max_files = 0;
};

std::string ReadFile(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// When the machine was started, since 1970.
double BootSeconds() {
  std::ifstream stat("/proc/stat");
  double seconds = 0;
  for (std::string line; std::getline(stat, line);) {
    if (line.starts_with("btime ") && absl::SimpleAtod(line.substr(6), &seconds)) return seconds;
  }
  return 0;
}

Process ReadProcess() {
  Process process;
  // The fields are numbered in proc(5); what follows the name, which may have spaces, begins with field 3.
  const std::string stat = ReadFile("/proc/self/stat");
  // Nothing was read when the process has no file left to read it with.
  const size_t name_end = stat.rfind(") ");
  if (name_end == std::string::npos) return process;
  const std::vector<std::string> fields = absl::StrSplit(stat.substr(name_end + 2), ' ');
  const auto field = [&](size_t number) {
    double value = 0;
    return number - 3 < fields.size() && absl::SimpleAtod(fields[number - 3], &value) ? value : 0.0;
  };
  const auto ticks = double(::sysconf(_SC_CLK_TCK));
  process.cpu_seconds = (field(14) + field(15)) / ticks;
  process.threads = field(20);
  process.start_seconds = BootSeconds() + field(22) / ticks;
  process.virtual_bytes = field(23);
  process.resident_bytes = field(24) * double(::sysconf(_SC_PAGESIZE));
  std::error_code ignored;  // then it looks like none
  const std::filesystem::directory_iterator files("/proc/self/fd", ignored);
  process.open_files = double(std::distance(files, std::filesystem::directory_iterator()));
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) process.max_files = double(limit.rlim_cur);
  return process;
}

constexpr MetricRow<Process> kRows[] = {
    {{"process_cpu_seconds_total", MetricType::Counter, "", "Processor time, of users and of the kernel."},
     [](const Process& process) { return process.cpu_seconds; }},
    {{"process_start_time_seconds", MetricType::Gauge, "", "When the process was started, since 1970."},
     [](const Process& process) { return process.start_seconds; }},
    {{"process_resident_memory_bytes", MetricType::Gauge, "", "Memory that is really there."},
     [](const Process& process) { return process.resident_bytes; }},
    {{"process_virtual_memory_bytes", MetricType::Gauge, "", "Address space."},
     [](const Process& process) { return process.virtual_bytes; }},
    {{"process_threads", MetricType::Gauge, "", "Threads."},
     [](const Process& process) { return process.threads; }},
    {{"process_open_fds", MetricType::Gauge, "", "Open files and sockets."},
     [](const Process& process) { return process.open_files; }},
    {{"process_max_fds", MetricType::Gauge, "", "Files and sockets that may be open."},
     [](const Process& process) { return process.max_files; }},
};

constexpr Metric kBuild{"replog_build_info", MetricType::Gauge, "version,revision",
                        "Always 1: which build this is."};

}  // namespace

std::vector<Metric> ProcessMetrics::Metrics() const {
  std::vector<Metric> metrics{kBuild};
  AppendMetrics(kRows, metrics);
  return metrics;
}

void ProcessMetrics::Collect(Scrape& scrape) const {
  scrape.Add(kBuild, 1, {Version(), Revision()});
  AddRows(kRows, ReadProcess(), scrape);
}

}  // namespace replog
