#include <CLI/CLI.hpp>
#include <atomic>
#include <exception>
#include <future>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "client/cli/human_format.h"
#include "client/cli/interrupt.h"
#include "client/cli/output.h"
#include "client/cli/record_format.h"
#include "client/cli/session.h"
#include "client/cli/time_format.h"
#include "client/cli/whole_number.h"
#include "client/subscription.h"

namespace replog::cli {
namespace {

using client::Status;
using client::SubscriptionOptions;

struct TailOptions {
  std::optional<uint64_t> from;
  std::string from_time;
  bool only_new = false;
  bool table = false;
  bool until_end = false;
  std::optional<uint64_t> until;
  std::vector<std::string> channels;
  std::string node;
  std::string fleet;
  bool from_cursor = false;
};

constexpr char kFooter[] = R"(It reconnects by itself and goes on where it stood; Ctrl-C ends it.

Examples:
  replog tail                                  from the first record on, and then what is new
  replog tail --new --channel 'room-*'         only what is new, of channels that begin with room-
  replog tail --from 0 --until-end --json      all there is now, as JSON lines
  replog tail --table --channel users          the newest record of each key, and then what is new
  replog tail --node printer --from-cursor     as a node: what it has not printed yet; acknowledges what it prints
With --table it says on standard error when the table is complete, and when it had to begin again so that what
was printed before is void; with --json in lines of their own, which have an "event" and no "sequence":
  {"event":"table_complete","next_sequence":42}      {"event":"reset"})";

// Where to start, and false when --from-time cannot be read.
bool SetStart(const TailOptions& options, SubscriptionOptions& subscription) {
  if (options.from) subscription.start = client::FromSequence{*options.from};
  if (options.only_new) subscription.start = client::NewOnly{};
  if (options.from_cursor) subscription.start = client::FromCursor{};
  if (options.from_time.empty()) return true;
  const auto time = ParseTime(options.from_time);
  if (time) subscription.start = client::FromTime{*time};
  return time.has_value();
}

// Prints what comes until the subscription ends.
class Tail {
 public:
  explicit Tail(const Session& session) : json_(session.json) {}

  Status Run(const client::Client& client, SubscriptionOptions options) {
    options.on_record = [this](const client::RecordView& record) {
      json_ ? AppendJson(output_.buffer(), record) : AppendHuman(output_.buffer(), record);
    };
    options.on_frame = [this](const client::FrameInfo& frame) {
      if (frame.table_complete) SayComplete(frame.next_sequence);
      Flush();
    };
    options.on_reset = [this] { SayReset(); };
    options.on_retry = [](const Status& why, std::chrono::milliseconds) {
      std::fprintf(stderr, "replog: %s; trying again\n", why.ToString().c_str());
    };
    client::Subscription subscription(client, std::move(options));
    interrupt_.Listen([&subscription] { subscription.Cancel(); });
    subscription_ = &subscription;
    ready_.set_value();
    Status end = subscription.Wait();
    interrupt_.StopListening();
    if (write_failure_) std::rethrow_exception(write_failure_);
    const bool wanted = closed_ || interrupt_.happened();
    return wanted && end.code() == client::StatusCode::kCancelled ? Status() : end;
  }

 private:
  // An event of the table: a line of its own, or, for people, on standard error behind what it is about.
  void Say(const nlohmann::ordered_json& event, const std::string& text) {
    if (json_) {
      output_.buffer() += event.dump() + '\n';
    } else {
      Flush();
      std::fprintf(stderr, "replog: %s\n", text.c_str());
    }
  }
  void SayComplete(uint64_t next_sequence) {
    Say({{"event", "table_complete"}, {"next_sequence", next_sequence}},
        "the table is complete, as of sequence " + WithSeparators(next_sequence));
  }
  void SayReset() { Say({{"event", "reset"}}, "the table begins again; what was printed before is void"); }
  void Flush() {
    if (closed_ || Write()) return;
    closed_ = true;
    ready_.get_future().wait();  // the first frame may come before the constructor has returned
    subscription_->Cancel();
  }

  // False when there is nobody to write to, or it cannot be done: nothing may be thrown from a callback.
  bool Write() {
    try {
      return output_.Flush();
    } catch (const std::runtime_error&) {
      write_failure_ = std::current_exception();
      return false;
    }
  }

  Interrupt interrupt_;  // before anything that starts threads
  const bool json_;
  Output output_;
  std::atomic<bool> closed_ = false;  // nobody reads the output any more, or it cannot be written
  std::exception_ptr write_failure_;  // read when the subscription has ended
  std::promise<void> ready_;
  client::Subscription* subscription_ = nullptr;
};

ExitCode RunTail(const Session& session, const TailOptions& options) {
  SubscriptionOptions subscription;
  if (!SetStart(options, subscription)) {
    return FailUsage("--from-time needs a time as in 2004-12-25T00:05:00Z, not \"" + options.from_time +
                     "\"");
  }
  subscription.table = options.table;
  subscription.until_sequence = options.until;
  subscription.channels = options.channels;
  subscription.node = options.node;
  subscription.fleet = options.fleet;
  Tail tail(session);
  client::Client client = session.MakeClient();
  // Asked first, so that a server that is not there is an error at once and not tried for ever.
  const auto log = client.GetLog();
  if (!log.ok()) return Fail(log.status());
  if (options.until_end) subscription.until_sequence = log->committed_end;
  const Status end = tail.Run(client, std::move(subscription));
  return end.ok() ? ExitCode::kOk : Fail(end);
}

}  // namespace

void AddTailCommand(CLI::App& app, Session& session) {
  auto options = std::make_shared<TailOptions>();
  CLI::App* tail = app.add_subcommand("tail", "Print the records of a log, and then new ones as they come");
  tail->footer(kFooter);
  auto* from =
      tail->add_option("--from", options->from, "Start at exactly this sequence")->check(WholeNumber());
  auto* time =
      tail->add_option("--from-time", options->from_time, "Start at the first record at or after this time");
  auto* only_new = tail->add_flag("--new", options->only_new, "Only records that are appended from now on");
  auto* table = tail->add_flag("--table", options->table,
                               "First the log's table: the newest record of each key that is not deleted");
  from->excludes(time)->excludes(only_new);
  table->excludes(from)->excludes(time)->excludes(only_new);
  time->excludes(only_new);
  auto* node = tail->add_option("--node", options->node, "Be this node: acknowledge what was printed");
  tail->add_option("--fleet", options->fleet, "The fleet of the node")->needs(node);
  tail->add_flag("--from-cursor", options->from_cursor, "Start where the node has acknowledged to")
      ->needs(node)
      ->excludes(from)
      ->excludes(time)
      ->excludes(only_new)
      ->excludes(table);
  auto* until_end = tail->add_flag("--until-end", options->until_end, "Stop at what is the end now");
  tail->add_option("--until", options->until, "Stop before this sequence")
      ->check(WholeNumber())
      ->excludes(until_end);
  tail->add_option("--channel", options->channels,
                   "Only this channel, or with a trailing * all that begin so; repeatable")
      ->allow_extra_args(false);
  tail->callback(
      [&session, options] { session.action = [&session, options] { return RunTail(session, *options); }; });
}

}  // namespace replog::cli
