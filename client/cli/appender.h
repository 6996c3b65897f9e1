#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "client/cli/append_report.h"
#include "client/cli/input_record.h"
#include "client/cli/interrupt.h"
#include "client/cli/line_reader.h"
#include "client/cli/session.h"
#include "client/producer.h"

namespace replog::cli {

// What `append` and `import` are told about their input and how to append it.
struct AppendOptions {
  std::string channel;
  std::vector<std::string> texts;
  std::vector<std::string> headers;
  std::string id_header;
  std::string producer;
  bool resume = false;
  bool at_most_once = false;
  std::string lease;
  // Lines as `export` writes them.
  bool exported = false;
  std::string time_header;   // of those, the header that keeps their time; empty: none does
  bool without_ids = false;  // of those, leave out the ids
};

// Appends all of one command's input: the texts, or each line of a file descriptor.
//
// Thread Safety: none.
class Appender {
 public:
  // Does not own `input`. The others must outlive it.
  Appender(const Session& session, const AppendOptions& options, int input);

  ExitCode Run();
  // All texts as one batch, under the lease.
  ExitCode RunUnderLease();

  // "NAME=VALUE" of --header when the input is not JSON. False when one is not of that form.
  bool TakeFixedHeaders();

 private:
  client::ProducerOptions MakeProducerOptions();
  // With --resume: the input begins with what the producer has appended before.
  client::Status SkipAppended();
  client::Status AppendTexts();
  // Reads line by line: memory does not grow with the input.
  client::Status AppendLines();
  client::Status AppendJsonLine(std::string_view line);
  client::NewRecord TextRecord(std::string_view text) const;
  client::Status AppendRecord(const client::NewRecord& record);
  client::Status Describe(const char* what, const client::Status& status) const;
  // Of the line or the argument that is being appended, from 1.
  uint64_t Number() const { return options_.texts.empty() ? input_.lines() : skipped_ + taken_ + 1; }
  // Lines of an export are records of one log, so each that is left out is lost.
  ExitCode FailUsedIds() const;
  void PrintSummary(double seconds) const;

  const Session& session_;
  const AppendOptions& options_;
  const JsonLineFormat format_;
  const uint64_t input_bytes_;  // of a file, else 0
  LineReader input_;
  Interrupt interrupt_;  // before anything that starts threads
  AppendReport report_;
  client::Producer* producer_ = nullptr;
  std::vector<client::HeaderView> fixed_headers_;
  uint64_t taken_ = 0;
  uint64_t to_skip_ = 0;
  uint64_t skipped_ = 0;
  bool interrupted_by_failure_ = false;
};

}  // namespace replog::cli
