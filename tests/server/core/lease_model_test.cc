// The lease table under random events, against what its answers must mean: the system log as it is durable,
// and the terms that were promised.
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <set>
#include <vector>

#include "base/error.h"
#include "server/core/lease_table.h"

namespace replog {
namespace {

using Id = LeaseTable::RequestId;

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kTtl = 10 * kSecond;

// One table, driven by chance: requests, cancellations, writes that succeed, are refused or whose fate is
// unknown, recoveries, restarts, a clock that stands, creeps and jumps.
class LeaseWorld {
 public:
  explicit LeaseWorld(uint64_t seed) : random_(seed) { Restart(); }

  void Step() {
    switch (random_() % 16) {
      case 0:
      case 1:
      case 2:
        return Ask(Kind::kAcquire);
      case 3:
        return Ask(Kind::kGet);
      case 4:
      case 5:
        return Ask(Kind::kRenew);
      case 6:
      case 7:
        return Ask(Kind::kRelease);
      case 8:
        return CancelOne();
      case 9:
        return Pass(static_cast<int64_t>(random_() % kSecond));
      case 10:
        return random_() % 4 == 0 ? Pass(static_cast<int64_t>(random_() % (3 * kTtl))) : Advance();
      case 11:
        return random_() % 20 == 0 ? Restart() : Recover();
      default:
        return EndWrite();
    }
  }

  // No more requests and no more trouble: then everything is answered, and every term ends.
  void Finish() {
    trouble_ = false;
    for (int i = 0; i < 10'000 && (!requests_.empty() || !log_.empty()); ++i) {
      while (!writes_.empty()) EndWrite();
      Recover();
      Pass(kTtl / 3);
      Advance();
    }
    EXPECT_TRUE(requests_.empty()) << requests_.size() << " requests were never answered";
    EXPECT_TRUE(log_.empty()) << "a lease whose holder is gone is held for ever";
  }

  int grants() const { return grants_; }

 private:
  enum class Kind { kAcquire, kGet, kRenew, kRelease };
  struct Asked {
    Kind kind = Kind::kGet;
    std::string name;
    LeaseRecord wanted;
    int64_t wait_until_us = 0;
    Sequence sequence = 0;
  };
  // What the system log has of a lease, and until when its holder was promised that nobody else gets it.
  struct Granted {
    LeaseRecord terms;
    Sequence sequence = 0;
    int64_t until_us = 0;
    bool released = false;  // somebody asked to give it back, or nobody wants it
  };

  std::string RandomName() { return std::string(1, static_cast<char>('a' + random_() % 3)); }

  void Ask(Kind kind) {
    Asked asked{kind, RandomName(), {"h" + std::to_string(random_() % 4), "", kTtl}, now_, 0};
    if (random_() % 2 == 0) asked.wait_until_us += static_cast<int64_t>(random_() % (2 * kTtl));
    const auto now_held = log_.find(asked.name);
    if (now_held != log_.end()) asked.sequence = now_held->second.sequence;
    if (random_() % 8 == 0) asked.sequence = random_() % (last_sequence_ + 2);
    const Id id = ++last_id_;
    requests_[id] = asked;
    const LeaseToken token{asked.name, {0, asked.sequence}};
    switch (kind) {
      case Kind::kAcquire:
        table_->Acquire(id, asked.name, asked.wanted, asked.wait_until_us, now_);
        break;
      case Kind::kGet:
        table_->Get(id, asked.name, now_);
        break;
      case Kind::kRenew:
        table_->Renew(id, token, now_);
        break;
      case Kind::kRelease:
        if (now_held != log_.end() && now_held->second.sequence == asked.sequence)
          now_held->second.released = true;
        if (writing_.contains(asked.name)) may_be_released_.insert(asked.sequence);
        table_->Release(id, token, now_);
    }
    Take();
  }

  void CancelOne() {
    // Also calls that were answered, whose answers may not have arrived.
    if (random_() % 4 == 0 && !granted_.empty()) {
      const auto [id, sequence] = granted_[random_() % granted_.size()];
      may_be_released_.insert(sequence);
      table_->Cancel(id, now_);
      return Take();
    }
    if (requests_.empty()) return;
    auto which = requests_.begin();
    std::advance(which, static_cast<ptrdiff_t>(random_() % requests_.size()));
    const Id id = which->first;
    if (writing_.contains(which->second.name)) left_.insert(which->second.name);
    table_->Cancel(id, now_);
    Take();
    EXPECT_FALSE(requests_.contains(id)) << "who cancels is answered";
  }

  void Pass(int64_t us) {
    now_ += us;
    if (random_() % 2 == 0) Advance();
  }
  void Advance() {
    table_->Advance(now_);
    Take();
    EXPECT_GT(table_->next_event_us(), now_) << "what was due is done";
  }

  void EndWrite() {
    if (writes_.empty()) return;
    const size_t which = random_() % writes_.size();
    const LeaseTable::Write write = writes_[which];
    writes_.erase(writes_.begin() + static_cast<ptrdiff_t>(which));
    writing_.erase(write.name);
    const int fate = trouble_ ? static_cast<int>(random_() % 10) : 9;
    if (fate == 0) {
      table_->Written(write.name, MakeError(Reason::kBusy, "busy"), now_);
      return Take();
    }
    const bool unknown = fate <= 2;
    absl::StatusOr<Sequence> written = MakeError(Reason::kStoreFailed, "on fire");
    if (unknown) store_failed_ = true;
    if (!unknown || random_() % 2 == 0) {
      const Sequence sequence = Apply(write);
      if (!unknown) written = sequence;
    }
    table_->Written(write.name, written, now_);
    Take();
  }

  // The system log takes a record, as its conditions demand.
  Sequence Apply(const LeaseTable::Write& write) {
    const Sequence sequence = ++last_sequence_;
    const auto old = log_.find(write.name);
    EXPECT_EQ(write.replaces.has_value(), old != log_.end()) << "a record that the log would refuse";
    if (old != log_.end()) {
      EXPECT_EQ(*write.replaces, old->second.sequence);
      const bool given_back = old->second.released || may_be_released_.contains(old->second.sequence) ||
                              left_.contains(write.name);
      EXPECT_TRUE(given_back || old->second.until_us <= now_) << "a term was ended before its time";
      log_.erase(old);
    }
    if (write.grant) {
      ++grants_;
      log_[write.name] = {*write.grant, sequence, now_ + write.grant->ttl_us, false};
    }
    return sequence;
  }

  void Recover() {
    if (!store_failed_) return;
    store_failed_ = false;
    // Holders get a full term, those too of whose term nobody was told that it is over.
    for (auto& [name, granted] : log_) {
      if (!writing_.contains(name)) granted.until_us = now_ + granted.terms.ttl_us;
    }
    table_->BeginLoad();
    table_->Loaded(Stored(), now_);
    Take();
  }

  void Restart() {
    table_.emplace(LeaseTable::Options{.max_waiting_per_lease = 5, .max_waiting = 8}, 0);
    requests_.clear();
    writes_.clear();
    writing_.clear();
    store_failed_ = false;
    table_->BeginLoad();
    table_->Loaded(Stored(), now_);
    Take();
    for (auto& [name, granted] : log_) granted.until_us = now_ + granted.terms.ttl_us;
  }

  std::vector<StoredLease> Stored() const {
    std::vector<StoredLease> stored;
    for (const auto& [name, granted] : log_) stored.push_back({name, granted.terms, granted.sequence});
    return stored;
  }

  void Take() {
    auto actions = table_->TakeActions();
    // What is told is durable: replies are compared with the log as it is before anything else is written.
    for (const auto& reply : actions.replies) Check(reply);
    for (auto& write : actions.writes) {
      EXPECT_TRUE(writing_.insert(write.name).second) << "two records of one lease under way";
      writes_.push_back(std::move(write));
    }
  }

  void Check(const LeaseTable::Reply& reply) {
    const auto found = requests_.find(reply.id);
    ASSERT_NE(found, requests_.end()) << "a reply to nothing, or the second";
    const Asked asked = found->second;
    requests_.erase(found);
    const auto entry = log_.find(asked.name);
    Granted* const granted = entry == log_.end() ? nullptr : &entry->second;
    if (!reply.answer.ok()) return CheckRefusal(asked, granted, reply.answer.status());
    if (asked.kind == Kind::kRelease) {
      EXPECT_TRUE(granted == nullptr || granted->sequence != asked.sequence) << "released, and still held";
      return;
    }
    if (asked.kind == Kind::kGet && !reply.answer->has_value()) {
      EXPECT_EQ(granted, nullptr) << "said to be free, and held";
      return;
    }
    ASSERT_TRUE(reply.answer->has_value());
    ASSERT_NE(granted, nullptr) << "said to be held, and free";
    CheckLease(reply.id, asked, **reply.answer, *granted);
  }

  void CheckLease(Id id, const Asked& asked, const Lease& lease, Granted& granted) {
    EXPECT_EQ(lease.name, asked.name);
    EXPECT_EQ(lease.terms, granted.terms);
    EXPECT_EQ(lease.token.sequence, granted.sequence);
    if (asked.kind == Kind::kGet) {
      EXPECT_EQ(lease.remaining_us, std::max<int64_t>(granted.until_us - now_, 0));
      return;
    }
    // Acquire and Renew begin a full term, which must not have been over.
    EXPECT_GT(granted.until_us, now_);
    EXPECT_EQ(lease.remaining_us, kTtl);
    granted.until_us = now_ + kTtl;
    if (asked.kind == Kind::kRenew) {
      EXPECT_EQ(granted.sequence, asked.sequence);
      return;
    }
    EXPECT_EQ(granted.terms, asked.wanted);
    left_.erase(asked.name);
    granted_.emplace_back(id, granted.sequence);
    // Tokens of a lease only grow.
    Sequence& newest = newest_[asked.name];
    EXPECT_GE(granted.sequence, newest);
    newest = granted.sequence;
  }

  void CheckRefusal(const Asked& asked, const Granted* granted, const absl::Status& why) {
    switch (*ReasonOf(why)) {
      case Reason::kLeaseHeld:
        EXPECT_EQ(asked.kind, Kind::kAcquire);
        EXPECT_TRUE(asked.wait_until_us <= now_) << "refused before its time";
        EXPECT_TRUE(writing_.contains(asked.name) || (granted != nullptr && granted->terms != asked.wanted))
            << why << "; the log has " << (granted == nullptr ? "none" : granted->terms.holder);
        return;
      case Reason::kLeaseNotHeld:
        EXPECT_TRUE(granted == nullptr || granted->sequence != asked.sequence) << "refused, and held";
        return;
      case Reason::kTooManyWaiting:
      case Reason::kCancelled:
        return;
      default:
        EXPECT_TRUE(trouble_ || store_failed_) << why;
    }
  }

  std::mt19937_64 random_;
  std::optional<LeaseTable> table_;
  int64_t now_ = 1000 * kSecond;
  Id last_id_ = 0;
  Sequence last_sequence_ = 0;
  bool trouble_ = true;
  bool store_failed_ = false;
  int grants_ = 0;
  std::map<Id, Asked> requests_;
  std::vector<LeaseTable::Write> writes_;
  std::set<std::string> writing_;
  std::map<std::string, Granted> log_;
  std::map<std::string, Sequence> newest_;
  std::set<std::string> left_;                    // leases that may be granted to who has left
  std::vector<std::pair<Id, Sequence>> granted_;  // acquires that were answered, and the token
  std::set<Sequence> may_be_released_;            // tokens under which a release waits
};

TEST(LeaseModel, EveryAnswerIsTrueWhateverHappens) {
  int grants = 0;
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    LeaseWorld world(seed);
    for (int i = 0; i < 500; ++i) {
      world.Step();
      ASSERT_FALSE(::testing::Test::HasFailure()) << "step " << i;
    }
    world.Finish();
    ASSERT_FALSE(::testing::Test::HasFailure());
    grants += world.grants();
  }
  EXPECT_GT(grants, 10'000) << "chance has not made much happen";
}

}  // namespace
}  // namespace replog
