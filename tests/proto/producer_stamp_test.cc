#include "proto/wire/producer_stamp.h"

#include <gtest/gtest.h>

#include "replog/v1/replication_log.pb.h"

namespace replog::wire {
namespace {

const ProducerStamp kStamps[] = {
    {1, 1, 0, 0, ""},
    {7, 2, 300, 5, ""},
    {UINT64_MAX >> 1, UINT64_MAX, 1ull << 62, UINT32_MAX, std::string("\x24\0\xff", 3)},
};

TEST(ProducerStamp, IsTheMessageThatIsBuiltTheOrdinaryWay) {
  for (const ProducerStamp& stamp : kStamps) {
    std::string encoded;
    AppendProducerStamp(encoded, kRequestProducerField, stamp);
    v1::AppendRequest request;
    ASSERT_TRUE(request.ParseFromString(encoded));
    const v1::ProducerStamp& parsed = request.producer();
    EXPECT_EQ(parsed.id(), stamp.id);
    EXPECT_EQ(parsed.epoch(), stamp.epoch);
    EXPECT_TRUE(parsed.has_first_sequence()) << "also when it is 0";
    EXPECT_EQ(parsed.first_sequence(), stamp.first_sequence);
    EXPECT_EQ(parsed.count(), stamp.count);
    EXPECT_EQ(parsed.outcomes(), stamp.outcomes);
    EXPECT_EQ(request.SerializeAsString(), encoded);
  }
}

TEST(ProducerStamp, IsReadFromARecordAsItWasWritten) {
  for (const ProducerStamp& stamp : kStamps) {
    std::string encoded;
    AppendProducerStamp(encoded, record_field::kProducer, stamp);
    v1::Record record;
    ASSERT_TRUE(record.ParseFromString(encoded));
    const auto decoded = DecodeProducerStamp(record.producer().SerializeAsString());
    if (stamp.count == 0) {
      EXPECT_FALSE(decoded) << "in a record it has a count";
    } else {
      EXPECT_EQ(decoded, stamp);
    }
  }
  EXPECT_FALSE(DecodeProducerStamp("\x08"));
  EXPECT_FALSE(DecodeProducerStamp(""));
}

}  // namespace
}  // namespace replog::wire
