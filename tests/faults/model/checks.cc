#include "tests/faults/model/checks.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>

#include "proto/wire/table_digest.h"
#include "tests/faults/model/calls.h"

namespace replog::model {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::PatientContext;

std::string ShortText(const v1::Record& record) {
  return "{" + record.ShortDebugString().substr(0, 300) + "}";
}

// Of the records whose keys are in (after, until]; an empty bound: none.
wire::TableDigest DigestOf(const std::vector<const v1::Record*>& rows, const std::string& after,
                           const std::string& until) {
  wire::RowHasher hasher;
  wire::TableDigest digest;
  for (const v1::Record* row : rows) {
    if (row->key() <= after || (!until.empty() && row->key() > until)) continue;
    const std::string encoded = row->SerializeAsString();
    digest.Add(hasher.Hash(*wire::DecodeRecord(encoded)));
  }
  return digest;
}

}  // namespace

void Checks::Expect(bool right, const std::string& what) const {
  if (!right) throw Different("log " + name_ + ": " + what);
}

void Checks::ExpectRecord(const v1::Record& expected, const v1::Record& told) {
  log_.Learn(told);
  Expect(MessageDifferencer::Equals(expected, told),
         "the record is " + ShortText(told) + ", expected " + ShortText(expected));
}

bool Checks::ExpectRefusedStart(uint64_t from, const grpc::Status& status) const {
  Answer expected;
  if (from < log_.first_kept()) {
    expected = Refused("BELOW_FIRST_KEPT", {{"first_kept_sequence", std::to_string(log_.first_kept())}});
  } else if (from > log_.end()) {
    expected = Refused("PAST_THE_END", {{"end_sequence", std::to_string(log_.end())}});
  }
  const std::string difference = Difference(expected, ToAnswer(status));
  Expect(difference.empty(), "from " + std::to_string(from) + ": " + difference);
  return !expected.refused.empty();
}

void Checks::ExpectPage(const ReadOptions& options, const v1::ReadResponse& page, uint64_t from) {
  Expect(page.committed_end() == log_.end(), "a page's end is " + std::to_string(page.committed_end()) +
                                                 ", expected " + std::to_string(log_.end()));
  Expect(page.first_kept_sequence() == log_.first_kept(), "a page's first kept sequence");
  Expect(options.max_records == 0 || page.records_size() <= static_cast<int>(options.max_records),
         "a page has " + std::to_string(page.records_size()) + " records");
  const uint64_t next = page.next_sequence();
  Expect(options.backward ? next <= from : next >= from, "a page goes the wrong way");
  const uint64_t limit = options.backward ? log_.first_kept() : log_.end();
  Expect(page.at_end() == (next == limit), "a page to " + std::to_string(next) + " says at_end wrongly");
  if (!options.backward) {
    Expect(MessageDifferencer::Equals(page.position(), log_.PositionAt(next)),
           "a page's position is {" + page.position().ShortDebugString() + "}");
  }
  // Nothing is passed over: the page has what there is between where it began and where the next begins.
  auto expected = log_.Kept(std::min(from, next), std::max(from, next), options.channels);
  if (options.backward) std::reverse(expected.begin(), expected.end());
  Expect(static_cast<size_t>(page.records_size()) == expected.size(),
         "a page from " + std::to_string(from) + " to " + std::to_string(next) + " has " +
             std::to_string(page.records_size()) + " records, expected " + std::to_string(expected.size()));
  for (size_t i = 0; i < expected.size(); ++i) {
    ExpectRecord(expected[i]->record, page.records(static_cast<int>(i)));
  }
}

void Checks::Read(const ReadOptions& options) {
  v1::ReadRequest request;
  request.set_log(name_);
  request.set_backward(options.backward);
  request.set_max_records(options.max_records);
  for (const std::string& channel : options.channels) request.add_channels(channel);
  if (options.from) request.set_from_sequence(*options.from);
  uint64_t from = options.from.value_or(options.backward ? log_.end() : log_.first_kept());
  for (int i = 0; i < options.max_pages; ++i) {
    v1::ReadResponse page;
    const auto status = client_.log_stub().Read(PatientContext().get(), request, &page);
    if (ExpectRefusedStart(from, status)) return;
    ExpectPage(options, page, from);
    if (page.at_end()) return;
    from = page.next_sequence();
    request.set_from_sequence(from);
  }
}

void Checks::Replay(const v1::SubscribeRequest& start, uint64_t until,
                    const std::vector<std::string>& channels) {
  v1::SubscribeRequest request = start;
  request.set_log(name_);
  request.set_until_sequence(until);
  for (const std::string& channel : channels) request.add_channels(channel);
  const uint64_t from = start.has_from_sequence()   ? start.from_sequence()
                        : start.has_from_position() ? start.from_position().next_sequence()
                                                    : log_.first_kept();
  const auto context = PatientContext();
  const auto stream = client_.log_stub().Subscribe(context.get(), request);
  const auto expected = log_.Kept(from, until, channels);
  size_t count = 0;
  uint64_t next = from;
  for (v1::SubscribeResponse frame; stream->Read(&frame);) {
    next = frame.next_sequence();
    for (const auto& record : frame.records()) {
      Expect(count < expected.size(), "a replay has too many records: " + ShortText(record));
      ExpectRecord(expected[count++]->record, record);
    }
  }
  if (ExpectRefusedStart(from, stream->Finish())) return;
  Expect(count == expected.size(), "a replay of [" + std::to_string(from) + ", " + std::to_string(until) +
                                       ") has " + std::to_string(count) + " records, expected " +
                                       std::to_string(expected.size()));
  Expect(next == std::max(from, until), "a replay ends at " + std::to_string(next));
}

void Checks::TableSubscription(const std::vector<std::string>& channels) {
  v1::SubscribeRequest request;
  request.set_log(name_);
  request.set_table(true);
  for (const std::string& channel : channels) request.add_channels(channel);
  const auto context = PatientContext();
  const auto stream = client_.log_stub().Subscribe(context.get(), request);
  const auto expected = log_.LiveRows(channels);
  size_t count = 0;
  bool complete = false;
  for (v1::SubscribeResponse frame; !complete && stream->Read(&frame);) {
    for (const auto& record : frame.records()) {
      Expect(count < expected.size(), "the table has too many rows: " + ShortText(record));
      ExpectRecord(*expected[count++], record);
    }
    complete = frame.table_complete();
    if (complete) Expect(frame.next_sequence() == log_.end(), "the table is complete at another sequence");
  }
  context->TryCancel();
  for (v1::SubscribeResponse frame; stream->Read(&frame);) {
  }
  const auto status = stream->Finish();
  Expect(complete, "the table did not become complete: " + status.error_message());
  Expect(count == expected.size(),
         "the table has " + std::to_string(count) + " rows, expected " + std::to_string(expected.size()));
}

void Checks::LookupKeys(const std::string& channel, const std::vector<std::string>& keys) {
  v1::LookupRequest request;
  v1::LookupResponse found;
  request.set_log(name_);
  request.set_channel(channel);
  std::vector<const v1::Record*> expected;
  for (const std::string& key : keys) {
    request.add_keys(key);
    const v1::Record* row = log_.Row(channel, key);
    if (row != nullptr && !row->deleted()) expected.push_back(row);
  }
  const auto status = client_.log_stub().Lookup(PatientContext().get(), request, &found);
  Expect(status.ok(), "Lookup: " + status.error_message());
  Expect(found.as_of_sequence() == log_.end(), "Lookup is as of " + std::to_string(found.as_of_sequence()));
  Expect(static_cast<size_t>(found.records_size()) == expected.size(),
         "Lookup found " + std::to_string(found.records_size()) + " keys, expected " +
             std::to_string(expected.size()));
  for (size_t i = 0; i < expected.size(); ++i) ExpectRecord(*expected[i], found.records(static_cast<int>(i)));
}

void Checks::LookupPages(const std::string& channel, uint32_t max_records) {
  v1::LookupRequest request;
  request.set_log(name_);
  request.set_channel(channel);
  request.set_max_records(max_records);
  const auto expected = log_.LiveRows({channel});
  size_t count = 0;
  for (bool more = true; more;) {
    v1::LookupResponse page;
    const auto status = client_.log_stub().Lookup(PatientContext().get(), request, &page);
    Expect(status.ok(), "Lookup: " + status.error_message());
    Expect(max_records == 0 || page.records_size() <= static_cast<int>(max_records), "a page is too long");
    for (const auto& record : page.records()) {
      Expect(count < expected.size(), "Lookup has too many keys: " + ShortText(record));
      ExpectRecord(*expected[count++], record);
    }
    more = page.has_next_after_key();
    request.set_after_key(page.next_after_key());
  }
  Expect(count == expected.size(), "Lookup has " + std::to_string(count) + " keys of " + channel +
                                       ", expected " + std::to_string(expected.size()));
}

void Checks::Digests(const std::string& channel, const std::vector<std::string>& range_ends) {
  v1::DigestTableRequest request;
  v1::DigestTableResponse digests;
  request.set_log(name_);
  request.set_channel(channel);
  for (const std::string& end : range_ends) request.add_range_ends(end);
  const auto status = client_.log_stub().DigestTable(PatientContext().get(), request, &digests);
  Expect(status.ok(), "DigestTable: " + status.error_message());
  Expect(static_cast<size_t>(digests.ranges_size()) == range_ends.size() + 1, "ranges");
  const auto rows = log_.LiveRows({channel});
  for (size_t i = 0; i <= range_ends.size(); ++i) {
    const auto expected =
        DigestOf(rows, i == 0 ? "" : range_ends[i - 1], i < range_ends.size() ? range_ends[i] : "");
    const auto& told = digests.ranges(static_cast<int>(i));
    const auto bytes = expected.bytes();
    Expect(told.keys() == expected.keys() && told.digest() == std::string(bytes.begin(), bytes.end()),
           "the digest of range " + std::to_string(i) + " of " + channel + ", " +
               std::to_string(told.keys()) + " keys, expected of " + std::to_string(expected.keys()));
  }
}

void Checks::Nodes() {
  v1::ListNodesRequest request;
  v1::ListNodesResponse listed;
  request.set_log(name_);
  const auto status = client_.admin_stub().ListNodes(PatientContext().get(), request, &listed);
  Expect(status.ok(), "ListNodes: " + status.error_message());
  std::map<std::string, uint64_t> cursors;
  for (const auto& node : listed.nodes()) {
    cursors[node.node()] = node.cursor();
    Expect(node.state() == v1::NodeInfo::GONE, node.node() + " is not gone");
    Expect(node.lag_records() == log_.end() - node.cursor(), node.node() + " has another lag");
  }
  std::string text;
  for (const auto& [node, cursor] : cursors) text += " " + node + " " + std::to_string(cursor);
  text += ", expected";
  for (const auto& [node, cursor] : log_.nodes()) text += " " + node + " " + std::to_string(cursor);
  Expect(cursors == log_.nodes(), "the nodes are" + text);
}

void Checks::Info() {
  v1::GetLogRequest request;
  v1::GetLogResponse response;
  request.set_log(name_);
  const auto status = client_.admin_stub().GetLog(PatientContext().get(), request, &response);
  Expect(status.ok(), "GetLog: " + status.error_message());
  const auto& info = response.log();
  Expect(info.committed_end() == log_.end(),
         "the end is " + std::to_string(info.committed_end()) + ", expected " + std::to_string(log_.end()));
  Expect(info.first_kept_sequence() == log_.first_kept(),
         "the first kept sequence is " + std::to_string(info.first_kept_sequence()) + ", expected " +
             std::to_string(log_.first_kept()));
  Expect(log_.uuid.empty() || info.uuid() == log_.uuid, "it is another log");
  Expect(log_.epoch == 0 || info.epoch() == log_.epoch, "it has another epoch");
}

void Checks::Everything() {
  Info();
  Nodes();
  Read({});
  TableSubscription({});
}

}  // namespace replog::model
