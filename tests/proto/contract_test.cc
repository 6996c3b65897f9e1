// What code that reads the wire without messages relies on, compared with the .proto files.
#include <gtest/gtest.h>

#include "proto/wire/fields.h"
#include "proto/wire/lease_token.h"
#include "proto/wire/producer_stamp.h"
#include "replog/v1/record.pb.h"
#include "replog/v1/replication_log.pb.h"

namespace replog {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

struct NamedNumber {
  const char* name;
  uint32_t number;
};

constexpr NamedNumber kRecordFields[] = {
    {"sequence", wire::record_field::kSequence}, {"time", wire::record_field::kTime},
    {"channel", wire::record_field::kChannel},   {"key", wire::record_field::kKey},
    {"text", wire::record_field::kText},         {"payload", wire::record_field::kPayload},
    {"headers", wire::record_field::kHeaders},   {"deleted", wire::record_field::kDeleted},
    {"version", wire::record_field::kVersion},   {"id", wire::record_field::kId},
    {"expires", wire::record_field::kExpires},   {"producer", wire::record_field::kProducer},
    {"lease", wire::record_field::kLease},
};

uint32_t NumberOf(const Descriptor* message, const char* field) {
  const FieldDescriptor* found = message->FindFieldByName(field);
  return found == nullptr ? 0 : static_cast<uint32_t>(found->number());
}

TEST(Contract, RecordHasTheFieldNumbersOfTheConstantsAndNoOthers) {
  const Descriptor* record = v1::Record::descriptor();
  for (const auto& [name, number] : kRecordFields) EXPECT_EQ(NumberOf(record, name), number) << name;
  EXPECT_EQ(static_cast<size_t>(record->field_count()), std::size(kRecordFields));
}

TEST(Contract, AStampHasTheFieldNumbersOfTheConstantsAndNoOthers) {
  constexpr NamedNumber kStampFields[] = {{"id", wire::stamp_field::kId},
                                          {"epoch", wire::stamp_field::kEpoch},
                                          {"first_sequence", wire::stamp_field::kFirstSequence},
                                          {"count", wire::stamp_field::kCount},
                                          {"outcomes", wire::stamp_field::kOutcomes}};
  const Descriptor* stamp = v1::ProducerStamp::descriptor();
  for (const auto& [name, number] : kStampFields) EXPECT_EQ(NumberOf(stamp, name), number) << name;
  EXPECT_EQ(static_cast<size_t>(stamp->field_count()), std::size(kStampFields));
  EXPECT_EQ(NumberOf(v1::AppendRequest::descriptor(), "producer"), wire::kRequestProducerField);
}

TEST(Contract, ALeaseTokenHasTheFieldNumbersOfTheConstantsAndNoOthers) {
  constexpr NamedNumber kTokenFields[] = {{"name", wire::lease_token_field::kName},
                                          {"lineage", wire::lease_token_field::kLineage},
                                          {"sequence", wire::lease_token_field::kSequence}};
  const Descriptor* token = v1::LeaseToken::descriptor();
  for (const auto& [name, number] : kTokenFields) EXPECT_EQ(NumberOf(token, name), number) << name;
  EXPECT_EQ(static_cast<size_t>(token->field_count()), std::size(kTokenFields));
}

// The server keeps a client's bytes as they are: that needs the same number, type and presence on both sides.
TEST(Contract, NewRecordHasTheFieldsOfRecord) {
  const Descriptor* record = v1::Record::descriptor();
  const Descriptor* new_record = v1::NewRecord::descriptor();
  for (int i = 0; i < new_record->field_count(); ++i) {
    const FieldDescriptor* mine = new_record->field(i);
    const FieldDescriptor* theirs = record->FindFieldByNumber(mine->number());
    ASSERT_NE(theirs, nullptr) << mine->full_name();
    EXPECT_EQ(mine->name(), theirs->name());
    EXPECT_EQ(mine->type(), theirs->type()) << mine->name();
    EXPECT_EQ(mine->label(), theirs->label()) << mine->name();
    EXPECT_EQ(mine->has_presence(), theirs->has_presence()) << mine->name();
  }
}

TEST(Contract, NewRecordReservesWhatOnlyTheServerSets) {
  const Descriptor* new_record = v1::NewRecord::descriptor();
  for (const uint32_t number : {wire::record_field::kSequence, wire::record_field::kTime,
                                wire::record_field::kProducer, wire::record_field::kLease}) {
    EXPECT_TRUE(new_record->IsReservedNumber(static_cast<int>(number))) << number;
  }
  EXPECT_EQ(new_record->field_count() + 4, v1::Record::descriptor()->field_count());
}

// A chunk's bytes are a piece of either response.
TEST(Contract, RecordsHaveOneFieldNumberInAllThatCarriesThem) {
  EXPECT_EQ(NumberOf(v1::SubscribeResponse::descriptor(), "records"), wire::kRecordsField);
  EXPECT_EQ(NumberOf(v1::ReadResponse::descriptor(), "records"), wire::kRecordsField);
  EXPECT_EQ(NumberOf(v1::AppendRequest::descriptor(), "records"), wire::kNewRecordsField);
}

}  // namespace
}  // namespace replog
