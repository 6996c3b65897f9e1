// Histories written by hand, of which it is known whether they are linearizable.
#include "tests/faults/linear/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/faults/linear/lease_model.h"
#include "tests/faults/linear/register_model.h"

namespace replog::linear {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Kind = RegisterModel::Request::Kind;

// A call from `invoked` to `answered`, in microseconds.
Call<RegisterModel> On(const std::string& key, int64_t invoked, int64_t answered,
                       RegisterModel::Request request, std::optional<RegisterModel::Answer> answer) {
  return {key, 0, invoked * 1000, answered == kNever ? kNever : answered * 1000, request, answer};
}
Call<RegisterModel> Put(int64_t invoked, int64_t answered, uint64_t value, int64_t sequence) {
  return On("k", invoked, answered, {Kind::kPut, value, 0}, {{false, sequence, 0, false}});
}
Call<RegisterModel> LostPut(int64_t invoked, uint64_t value) {
  return On("k", invoked, kNever, {Kind::kPut, value, 0}, {});
}
Call<RegisterModel> Delete(int64_t invoked, int64_t answered, int64_t sequence) {
  return On("k", invoked, answered, {Kind::kDelete, 0, 0}, {{false, sequence, 0, false}});
}
Call<RegisterModel> Read(int64_t invoked, int64_t answered, uint64_t value, int64_t sequence) {
  return On("k", invoked, answered, {}, {{false, sequence, value, false}});
}
Call<RegisterModel> ReadNothing(int64_t invoked, int64_t answered) {
  return On("k", invoked, answered, {}, RegisterModel::Answer());
}
Call<RegisterModel> PutIf(int64_t invoked, int64_t answered, uint64_t value, int64_t expected,
                          int64_t sequence) {
  return On("k", invoked, answered, {Kind::kPutIf, value, expected}, {{false, sequence, 0, false}});
}
Call<RegisterModel> RefusedPutIf(int64_t invoked, int64_t answered, int64_t expected, int64_t current,
                                 bool deleted = false) {
  return On("k", invoked, answered, {Kind::kPutIf, 99, expected}, {{true, current, 0, deleted}});
}
Call<RegisterModel> PutIfAbsent(int64_t invoked, int64_t answered, uint64_t value, int64_t sequence) {
  return On("k", invoked, answered, {Kind::kPutIfAbsent, value, 0}, {{false, sequence, 0, false}});
}

Verdict VerdictOf(const History<RegisterModel>& history) { return Check(history).verdict; }

constexpr Verdict kYes = Verdict::kLinearizable;
constexpr Verdict kNo = Verdict::kNotLinearizable;

TEST(LinearRegister, ReadsWhatWasWrittenLast) {
  EXPECT_EQ(VerdictOf({}), kYes);
  EXPECT_EQ(VerdictOf({ReadNothing(1, 2), Put(3, 4, 7, 0), Read(5, 6, 7, 0)}), kYes);
  EXPECT_EQ(VerdictOf({Put(1, 2, 7, 0), ReadNothing(3, 4)}), kNo) << "an acknowledged write is lost";
  EXPECT_EQ(VerdictOf({Put(1, 2, 7, 0), Put(3, 4, 8, 1), Read(5, 6, 7, 0)}), kNo) << "a stale read";
  EXPECT_EQ(VerdictOf({Put(1, 2, 7, 0), Read(3, 4, 7, 1)}), kNo) << "another sequence";
  EXPECT_EQ(VerdictOf({Put(1, 2, 7, 0), Read(3, 4, 8, 0)}), kNo) << "another value";
  EXPECT_EQ(VerdictOf({Read(1, 2, 7, 0), Put(3, 4, 7, 0)}), kNo) << "before it was written";
}

TEST(LinearRegister, OverlappingCallsMayTakeEffectInAnyOrder) {
  EXPECT_EQ(VerdictOf({Put(1, 9, 7, 0), ReadNothing(2, 3), Read(4, 5, 7, 0)}), kYes);
  EXPECT_EQ(VerdictOf({Put(1, 9, 7, 0), Read(2, 3, 7, 0), ReadNothing(4, 5)}), kNo) << "it was there already";
  EXPECT_EQ(VerdictOf({Put(1, 9, 7, 1), Put(1, 9, 8, 0), Read(10, 11, 7, 1)}), kYes);
  EXPECT_EQ(VerdictOf({Put(1, 9, 7, 1), Put(1, 9, 8, 0), Read(10, 11, 8, 0)}), kNo) << "sequences only grow";
  EXPECT_EQ(VerdictOf({Put(1, 2, 7, 1), Put(3, 4, 8, 0)}), kNo) << "sequences only grow";
}

TEST(LinearRegister, ACallWithoutAnAnswerTakesEffectOnceAtAnyLaterTimeOrNever) {
  EXPECT_EQ(VerdictOf({LostPut(1, 7), ReadNothing(3, 4)}), kYes);
  EXPECT_EQ(VerdictOf({LostPut(1, 7), Read(3, 4, 7, 0)}), kYes);
  EXPECT_EQ(VerdictOf({LostPut(1, 7), ReadNothing(3, 4), Read(5, 6, 7, 0)}), kYes);
  EXPECT_EQ(VerdictOf({LostPut(1, 7), Read(3, 4, 7, 0), ReadNothing(5, 6)}), kNo)
      << "it cannot be taken back";
  EXPECT_EQ(VerdictOf({LostPut(1, 7), Read(3, 4, 7, 0), Put(5, 6, 8, 1), Read(7, 8, 7, 0)}), kNo) << "twice";
  EXPECT_EQ(VerdictOf({LostPut(1, 7), Read(3, 4, 7, 5), Read(5, 6, 7, 6)}), kNo) << "two sequences";
  EXPECT_EQ(VerdictOf({Read(1, 2, 7, 0), LostPut(3, 7)}), kNo) << "not before it is invoked";
  EXPECT_EQ(VerdictOf({LostPut(1, 7), Put(2, 3, 8, 5), Read(4, 5, 7, 4)}), kNo) << "sequences only grow";
}

TEST(LinearRegister, OneOfTwoComparesOfTheSameSequenceSucceeds) {
  EXPECT_EQ(VerdictOf({Put(1, 2, 7, 0), PutIf(3, 9, 8, 0, 1), RefusedPutIf(3, 9, 0, 1)}), kYes);
  EXPECT_EQ(VerdictOf({Put(1, 2, 7, 0), PutIf(3, 9, 8, 0, 1), PutIf(3, 9, 9, 0, 2)}), kNo) << "both";
  EXPECT_EQ(VerdictOf({Put(1, 2, 7, 0), RefusedPutIf(3, 9, 0, 0)}), kNo) << "it is what was expected";
  EXPECT_EQ(VerdictOf({PutIfAbsent(1, 9, 7, 0), PutIfAbsent(1, 9, 8, 1)}), kNo) << "both found nothing";
  EXPECT_EQ(VerdictOf({PutIfAbsent(1, 2, 7, 0), Delete(3, 4, 1), PutIfAbsent(5, 6, 8, 2)}), kYes);
  EXPECT_EQ(VerdictOf({Delete(1, 2, 3), PutIf(3, 4, 7, 3, 4)}), kYes) << "a tombstone has a sequence, too";
  EXPECT_EQ(VerdictOf({Delete(1, 2, 3), RefusedPutIf(3, 4, 2, 3, true), ReadNothing(5, 6)}), kYes);
  EXPECT_EQ(VerdictOf({Delete(1, 2, 3), RefusedPutIf(3, 4, 2, 3, false)}), kNo) << "it is deleted";
}

TEST(LinearRegister, TheSequenceOfALostWriteIsOneThatALaterAnswerTells) {
  EXPECT_EQ(VerdictOf({LostPut(1, 7), PutIf(2, 3, 8, 4, 5), Read(4, 5, 8, 5)}), kYes) << "it was 4";
  EXPECT_EQ(VerdictOf({LostPut(1, 7), RefusedPutIf(2, 3, 3, 4), Read(4, 5, 7, 4)}), kYes);
  EXPECT_EQ(VerdictOf({LostPut(1, 7), RefusedPutIf(2, 3, 3, 4), Read(4, 5, 7, 5)}), kNo) << "it was 4";
  EXPECT_EQ(VerdictOf({Put(1, 2, 7, 5), LostPut(3, 8), PutIf(4, 5, 9, 4, 6)}), kNo) << "nothing ever was 4";
}

// Leases.

using LeaseKind = LeaseModel::Request::Kind;

Call<LeaseModel> Ask(int64_t invoked, int64_t answered, LeaseModel::Request request,
                     std::optional<LeaseModel::Answer> answer) {
  return {"l", 0, invoked * 1000, answered == kNever ? kNever : answered * 1000, request, answer};
}
Call<LeaseModel> Acquired(int64_t invoked, int64_t answered, const std::string& holder, int64_t token) {
  return Ask(invoked, answered, {LeaseKind::kAcquire, holder, 0}, {{false, holder, token}});
}
Call<LeaseModel> LostAcquire(int64_t invoked, const std::string& holder) {
  return Ask(invoked, kNever, {LeaseKind::kAcquire, holder, 0}, {});
}
Call<LeaseModel> Refused(int64_t invoked, int64_t answered, const std::string& holder,
                         const std::string& other, int64_t token) {
  return Ask(invoked, answered, {LeaseKind::kAcquire, holder, 0}, {{true, other, token}});
}
Call<LeaseModel> Renewed(int64_t invoked, int64_t answered, const std::string& holder, int64_t token) {
  return Ask(invoked, answered, {LeaseKind::kRenew, "", token}, {{false, holder, token}});
}
Call<LeaseModel> Released(int64_t invoked, int64_t answered, int64_t token) {
  return Ask(invoked, answered, {LeaseKind::kRelease, "", token}, {{false, "", {}}});
}
Call<LeaseModel> NotHeld(int64_t invoked, int64_t answered, LeaseKind kind, int64_t token,
                         const LeaseModel::Answer& now = {true, "", {}}) {
  return Ask(invoked, answered, {kind, "", token}, now);
}
Call<LeaseModel> Got(int64_t invoked, int64_t answered, const std::string& holder,
                     std::optional<int64_t> token) {
  return Ask(invoked, answered, {}, {{false, holder, token}});
}

Verdict VerdictOf(const History<LeaseModel>& history) { return Check(history).verdict; }

TEST(LinearLease, HasOneHolderAtATime) {
  EXPECT_EQ(VerdictOf({Got(1, 2, "", {}), Acquired(3, 4, "a", 0), Got(5, 6, "a", 0)}), kYes);
  EXPECT_EQ(VerdictOf({Acquired(1, 9, "a", 0), Refused(1, 9, "b", "a", 0)}), kYes);
  EXPECT_EQ(VerdictOf({Acquired(1, 9, "a", 0), Acquired(1, 9, "b", 1)}), kNo) << "granted twice";
  EXPECT_EQ(VerdictOf({Acquired(1, 2, "a", 0), Acquired(3, 4, "a", 0)}), kYes) << "asked again";
  EXPECT_EQ(VerdictOf({Acquired(1, 2, "a", 0), Acquired(3, 4, "a", 2)}), kNo) << "under another token";
  EXPECT_EQ(VerdictOf({Acquired(1, 2, "a", 0), Got(3, 4, "", {})}), kNo) << "lost";
  EXPECT_EQ(VerdictOf({Acquired(1, 2, "a", 0), Refused(3, 4, "a", "a", 0)}), kNo) << "it is a's own";
  EXPECT_EQ(VerdictOf({Refused(1, 2, "a", "b", 0)}), kNo) << "nobody has it";
}

TEST(LinearLease, IsRenewedAndReleasedUnderItsTokenAlone) {
  EXPECT_EQ(VerdictOf({Acquired(1, 2, "a", 0), Renewed(3, 4, "a", 0), Released(5, 6, 0), Got(7, 8, "", {})}),
            kYes);
  EXPECT_EQ(VerdictOf({Acquired(1, 2, "a", 0), Released(3, 4, 0), Renewed(5, 6, "a", 0)}), kNo);
  EXPECT_EQ(VerdictOf({Acquired(1, 2, "a", 0), Released(3, 4, 0), Released(5, 6, 0)}), kNo);
  EXPECT_EQ(VerdictOf({Acquired(1, 2, "a", 0), NotHeld(3, 4, LeaseKind::kRenew, 0)}), kNo) << "lost";
  EXPECT_EQ(VerdictOf({Acquired(1, 2, "a", 5), NotHeld(3, 4, LeaseKind::kRelease, 4, {true, "a", 5})}), kYes);
  EXPECT_EQ(VerdictOf({Acquired(1, 2, "a", 5), NotHeld(3, 4, LeaseKind::kRelease, 5, {true, "a", 5})}), kNo);
}

TEST(LinearLease, TokensOnlyGrow) {
  EXPECT_EQ(VerdictOf({Acquired(1, 2, "a", 4), Released(3, 4, 4), Acquired(5, 6, "b", 6)}), kYes);
  EXPECT_EQ(VerdictOf({Acquired(1, 2, "a", 4), Released(3, 4, 4), Acquired(5, 6, "b", 3)}), kNo);
  EXPECT_EQ(VerdictOf({Acquired(1, 2, "a", 4), Released(3, 4, 4), Acquired(5, 6, "b", 4)}), kNo);
}

TEST(LinearLease, ALostAcquireMayHoldIt) {
  EXPECT_EQ(VerdictOf({LostAcquire(1, "a"), Got(2, 3, "", {}), Refused(4, 5, "b", "a", 3)}), kYes);
  EXPECT_EQ(VerdictOf({LostAcquire(1, "a"), Acquired(2, 3, "a", 3), Renewed(4, 5, "a", 3)}), kYes);
  EXPECT_EQ(VerdictOf({LostAcquire(1, "a"), Refused(2, 3, "b", "a", 3), Got(4, 5, "", {})}), kNo)
      << "nobody released it";
}

// What a finding says.

TEST(LinearCheck, NamesTheObjectAndTheFirstAnswerThatIsWrong) {
  History<RegisterModel> history = {Put(1, 2, 7, 0), Put(3, 4, 8, 1), Read(5, 6, 7, 0), Read(7, 8, 8, 1)};
  history.push_back(On("other", 1, 2, {Kind::kPut, 5, 0}, {{false, 9, 0, false}}));
  const Finding finding = Check(history);
  EXPECT_EQ(finding.object, "k");
  EXPECT_EQ(finding.text,
            "k: not linearizable, and with the last answer less it is:\n"
            "  client 0 [1 µs, 2 µs] put 7 -> #0\n"
            "  client 0 [3 µs, 4 µs] put 8 -> #1\n"
            "  client 0 [5 µs, 6 µs] read -> #0: 7\n");
}

TEST(LinearCheck, SaysWhenItGivesUp) {
  const Finding finding = Check(History<RegisterModel>{Put(1, 2, 7, 0), Read(3, 4, 7, 0)}, 1);
  EXPECT_EQ(finding.verdict, Verdict::kGaveUp);
  EXPECT_THAT(finding.text, HasSubstr("not known"));
}

// A register that is one, driven by chance: the check must believe it, and no longer once an answer is
// changed.
class RandomHistory {
 public:
  explicit RandomHistory(uint64_t seed) : random_(seed) {}

  // Calls of `clients` that overlap; each takes effect at a random time within.
  History<RegisterModel> Make(int clients, int calls) {
    struct Open {
      Call<RegisterModel> call;
      int64_t at = 0;
    };
    std::vector<Open> open;
    std::vector<int64_t> free_at(static_cast<size_t>(clients), 0);
    for (int i = 0; i < calls; ++i) {
      const auto client = random_() % free_at.size();
      const int64_t invoked = free_at[client] + Pick(10);
      const int64_t at = invoked + Pick(50);
      free_at[client] = at + Pick(50);
      open.push_back({On("k", invoked, free_at[client], {}, {}), at});
      open.back().call.client = static_cast<int>(client);
    }
    std::stable_sort(open.begin(), open.end(), [](const Open& a, const Open& b) { return a.at < b.at; });
    History<RegisterModel> history;
    for (auto& [call, at] : open) {
      TakeEffect(call);
      history.push_back(call);
    }
    return history;
  }

  uint64_t operator()() { return random_(); }

 private:
  int64_t Pick(uint64_t below) { return static_cast<int64_t>(random_() % below) + 1; }

  void TakeEffect(Call<RegisterModel>& call) {
    const bool lost = random_() % 16 == 0;
    const bool happens = !lost || random_() % 2 == 0;
    switch (random_() % 4) {
      case 0:
        call.answer = {false, value_ != 0 ? std::optional(sequence_) : std::nullopt, value_, false};
        break;
      case 1: {
        call.request = {Kind::kPutIf, ++values_, std::max<int64_t>(0, sequence_ - (random_() % 2 ? 1 : 0))};
        if (call.request.expected != sequence_) {
          call.answer = {true, std::nullopt, 0, value_ == 0 && sequence_ >= 0};
          if (sequence_ >= 0) call.answer->sequence = sequence_;
          break;
        }
        Write(call, happens);
        break;
      }
      case 2:
        call.request = {Kind::kDelete, 0, 0};
        Write(call, happens);
        break;
      default:
        call.request = {Kind::kPut, ++values_, 0};
        Write(call, happens);
    }
    if (!lost) return;
    call.answer.reset();
    call.answered = kNever;
  }
  void Write(Call<RegisterModel>& call, bool happens) {
    if (!happens) return;
    sequence_ += Pick(3);
    value_ = call.request.kind == Kind::kDelete ? 0 : call.request.value;
    call.answer = {false, sequence_, 0, false};
  }

  std::mt19937_64 random_;
  uint64_t values_ = 0;
  uint64_t value_ = 0;
  int64_t sequence_ = -1;
};

// Whether some order of all calls, or of those with an answer and any of the others, explains the answers.
bool TryEveryOrder(const History<RegisterModel>& left, const RegisterModel::State& state) {
  const auto bound = std::min_element(left.begin(), left.end(),
                                      [](const auto& a, const auto& b) { return a.answered < b.answered; });
  if (bound == left.end() || !bound->answer) return true;
  for (size_t i = 0; i < left.size(); ++i) {
    if (left[i].invoked > bound->answered) continue;
    const auto next = RegisterModel::Apply(state, left[i].request, left[i].answer);
    auto rest = left;
    rest.erase(rest.begin() + static_cast<ptrdiff_t>(i));
    if (next && TryEveryOrder(rest, *next)) return true;
  }
  return false;
}

TEST(LinearCheck, SaysWhatTryingEveryOrderSays) {
  int right = 0;
  constexpr int kHistories = 5000;
  for (uint64_t seed = 1; seed <= kHistories; ++seed) {
    SCOPED_TRACE(seed);
    RandomHistory random(seed);
    auto history = random.Make(3, 7);
    // Often an answer of another call in the place of its own, or a later sequence, or none.
    auto& changed = history[random() % history.size()];
    if (seed % 4 == 0) changed.answer = history[random() % history.size()].answer;
    if (seed % 4 == 1 && changed.answer && changed.answer->sequence) ++*changed.answer->sequence;
    if (seed % 4 == 2) changed.answer.reset();
    changed.answered = changed.answer ? std::min(changed.answered, changed.invoked + 50'000) : kNever;
    const bool expected = TryEveryOrder(history, {});
    ASSERT_EQ(VerdictOf(history), expected ? kYes : kNo) << Text(history);
    right += expected ? 1 : 0;
  }
  EXPECT_GT(right, kHistories / 4);
  EXPECT_LT(right, kHistories * 3 / 4) << "both must come";
}

TEST(LinearCheck, BelievesEveryRunOfARegisterAndNoneWithAnAnswerChanged) {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(seed);
    RandomHistory random(seed);
    auto history = random.Make(6, 200);
    const Finding honest = Check(history);
    ASSERT_EQ(honest.verdict, kYes) << honest.text;
    // A read that finds what was never written.
    auto changed = history;
    auto& call = changed[100 + random() % 100];
    call.request = {};
    call.answer = {false, 1, 1'000'000, false};
    call.answered = std::min(call.answered, call.invoked + 100'000);
    const Finding found = Check(changed);
    EXPECT_EQ(found.verdict, kNo);
    EXPECT_THAT(found.text, HasSubstr("read -> #1: 1000000"));
    EXPECT_THAT(found.text, Not(HasSubstr("gave up")));
  }
}

}  // namespace
}  // namespace replog::linear
