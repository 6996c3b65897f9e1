#include "tests/faults/linear/lease_model.h"

namespace replog::linear {
namespace {

using Kind = LeaseModel::Request::Kind;
using State = LeaseModel::State;
using Request = LeaseModel::Request;
using Answer = LeaseModel::Answer;

bool IsFree(const State& state) { return state.holder.empty(); }

// The state as it is when the lease is held by `holder`, under `token`.
std::optional<State> HeldAs(State state, const std::string& holder, std::optional<int64_t> token) {
  if (IsFree(state) || state.holder != holder || (token && !state.token.CanBe(*token))) return {};
  if (token) state.token = SequenceSight::Exactly(*token);
  return state;
}

// What an answer tells of who holds the lease.
std::optional<State> AsTold(const State& state, const Answer& answer) {
  if (answer.holder.empty()) return IsFree(state) ? std::optional(state) : std::nullopt;
  return HeldAs(state, answer.holder, answer.token);
}

std::optional<State> Refuse(const State& state, const Request& request, const Answer& answer) {
  const auto told = AsTold(state, answer);
  if (!told) return {};
  const bool is_holder = request.kind == Kind::kAcquire
                             ? IsFree(*told) || told->holder == request.holder
                             : !IsFree(*told) && told->token == SequenceSight::Exactly(request.token);
  return is_holder ? std::nullopt : told;
}

std::optional<State> Acquire(const State& state, const Request& request,
                             const std::optional<Answer>& answer) {
  if (!answer) {
    return IsFree(state) ? std::optional(State{request.holder, state.token.Grown()}) : std::nullopt;
  }
  if (answer->holder != request.holder || !answer->token) return {};
  if (!IsFree(state)) return HeldAs(state, request.holder, answer->token);
  if (!state.token.CanGrowTo(*answer->token)) return {};
  return State{request.holder, SequenceSight::Exactly(*answer->token)};
}

std::optional<State> Release(const State& state, const Request& request) {
  if (IsFree(state) || !state.token.CanBe(request.token)) return {};
  return State{"", SequenceSight::Exactly(request.token)};
}

}  // namespace

std::optional<State> LeaseModel::Apply(const State& state, const Request& request,
                                       const std::optional<Answer>& answer) {
  if (answer && answer->refused) {
    return request.kind == Kind::kGet ? std::nullopt : Refuse(state, request, *answer);
  }
  switch (request.kind) {
    case Kind::kAcquire:
      return Acquire(state, request, answer);
    case Kind::kRenew:
      if (!answer || answer->token != request.token) return {};
      return HeldAs(state, answer->holder, request.token);
    case Kind::kRelease:
      return Release(state, request);
    case Kind::kGet:
      return answer ? AsTold(state, *answer) : std::nullopt;
  }
  return {};
}

std::string LeaseModel::Text(const Request& request) {
  switch (request.kind) {
    case Kind::kAcquire:
      return "acquire for " + request.holder;
    case Kind::kRenew:
      return "renew #" + std::to_string(request.token);
    case Kind::kRelease:
      return "release #" + std::to_string(request.token);
    case Kind::kGet:
      return "get";
  }
  return {};
}

std::string LeaseModel::Text(const Answer& answer) {
  const std::string held = answer.holder.empty() ? "free" : "held by " + answer.holder;
  const std::string token = answer.token ? " under #" + std::to_string(*answer.token) : "";
  return (answer.refused ? "refused, " : "") + held + token;
}

}  // namespace replog::linear
