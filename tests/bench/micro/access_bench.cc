// What access control adds to a call: who calls, and whether an append may be written.
#include <benchmark/benchmark.h>

#include "server/api/grants_needed.h"
#include "server/auth/access_control.h"
#include "server/auth/token.h"
#include "tests/bench/micro/synthetic.h"

namespace replog::bench {
namespace {

constexpr const char* kToken = "a-token-of-somebody-who-appends";

Credentials WithToken() {
  return {.authorization = std::string("Bearer ") + kToken, .certificate_names = {}};
}

// As many principals as there are, the last of which appends to `channels`.
void SetPrincipals(AccessControl& access, int count, const std::string& channels) {
  std::vector<Principal> principals(count);
  for (int i = 0; i < count; ++i) {
    principals[i].name = "p" + std::to_string(i);
    principals[i].tokens.push_back(
        {"t", DigestOf(i + 1 < count ? principals[i].name : kToken), std::nullopt});
    principals[i].grants.push_back(
        {Access::kAppend, LogPatterns({"default"}), NamePatterns({channels}), {}, {}});
  }
  access.Replace(std::move(principals));
}

void BM_IdentifyAnonymous(benchmark::State& state) {
  const AccessControl access(SystemClock());
  const Credentials nothing;
  for (auto _ : state) benchmark::DoNotOptimize(access.Identify(nothing).ok());
}
BENCHMARK(BM_IdentifyAnonymous);

void BM_IdentifyByToken(benchmark::State& state) {
  AccessControl access(SystemClock());
  SetPrincipals(access, static_cast<int>(state.range(0)), "*");
  const Credentials credentials = WithToken();
  for (auto _ : state) benchmark::DoNotOptimize(access.Identify(credentials).ok());
}
BENCHMARK(BM_IdentifyByToken)->ArgName("principals")->Arg(1)->Arg(100)->Arg(1000);

// Of 256 KiB with bodies of 100 bytes, as the client's producer sends them.
void CheckAppend(benchmark::State& state, const Caller& caller) {
  constexpr size_t kBody = 100;
  constexpr size_t kCount = (256 << 10) / kBody;
  const auto request = ParseAppendRequest(AppendRequest(kCount, kBody), Limits());
  for (auto _ : state) {
    if (!CheckGrants(caller, *request).ok()) state.SkipWithError("refused");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kCount));
}

void BM_AppendOfAnonymous(benchmark::State& state) {
  const AccessControl access(SystemClock());
  CheckAppend(state, *access.Identify({}));
}
BENCHMARK(BM_AppendOfAnonymous);

void BM_AppendToAllChannels(benchmark::State& state) {
  AccessControl access(SystemClock());
  SetPrincipals(access, 1, "*");
  CheckAppend(state, *access.Identify(WithToken()));
}
BENCHMARK(BM_AppendToAllChannels);

// Every record's channel is looked at.
void BM_AppendToSomeChannels(benchmark::State& state) {
  AccessControl access(SystemClock());
  SetPrincipals(access, 1, "room-*");
  CheckAppend(state, *access.Identify(WithToken()));
}
BENCHMARK(BM_AppendToSomeChannels);

}  // namespace
}  // namespace replog::bench
