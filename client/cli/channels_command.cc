#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "client/cli/human_format.h"
#include "client/cli/output.h"
#include "client/cli/session.h"

namespace replog::cli {
namespace {

void Print(const client::ChannelInfo& channel, bool json, std::string& out) {
  if (json) {
    nlohmann::ordered_json line{{"channel", channel.name}};
    if (channel.records) line["records"] = *channel.records;
    out += line.dump();
  } else {
    AppendPrintable(out, channel.name);
    if (channel.records) out += "  " + WithSeparators(*channel.records);
  }
  out += '\n';
}

ExitCode RunChannels(const Session& session, client::ListChannelsOptions options) {
  client::Client client = session.MakeClient();
  Output output;
  for (;;) {
    const auto page = client.ListChannels(options);
    if (!page.ok()) return Fail(page.status());
    for (const auto& channel : page->channels) Print(channel, session.json, output.buffer());
    if (!output.Flush() || !page->next_after) return ExitCode::kOk;
    options.after = *page->next_after;
  }
}

}  // namespace

void AddChannelsCommand(CLI::App& app, Session& session) {
  auto options = std::make_shared<client::ListChannelsOptions>();
  CLI::App* channels = app.add_subcommand("channels", "List the channels of a log");
  channels->footer("Example:\n  replog channels --prefix room- --counts");
  channels->add_option("--prefix", options->prefix, "Only channels that begin with this");
  channels->add_flag("--counts", options->with_counts,
                     "Count each channel's records; takes longer on a large log");
  channels->callback([&session, options] {
    session.action = [&session, options] { return RunChannels(session, *options); };
  });
}

}  // namespace replog::cli
