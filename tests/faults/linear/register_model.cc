#include "tests/faults/linear/register_model.h"

namespace replog::linear {
namespace {

using Kind = RegisterModel::Request::Kind;
using State = RegisterModel::State;
using Request = RegisterModel::Request;
using Answer = RegisterModel::Answer;

std::optional<State> Read(State state, const Answer& answer) {
  if (!answer.sequence) return state.exists ? std::nullopt : std::optional(state);
  if (!state.exists || state.value != answer.value || !state.sequence.CanBe(*answer.sequence)) return {};
  state.sequence = SequenceSight::Exactly(*answer.sequence);
  return state;
}

// The state as it must be for the condition to hold.
std::optional<State> Allows(State state, const Request& request) {
  if (request.kind == Kind::kPutIfAbsent && state.exists) return {};
  if (request.kind == Kind::kPutIf) {
    if (!state.sequence.CanBe(request.expected)) return {};
    state.sequence = SequenceSight::Exactly(request.expected);
  }
  return state;
}

std::optional<State> Refuse(State state, const Request& request, const Answer& answer) {
  const bool conditional = request.kind == Kind::kPutIf || request.kind == Kind::kPutIfAbsent;
  if (!conditional) return {};
  if (!answer.sequence) {
    return request.kind == Kind::kPutIf && state.sequence.none() ? std::optional(state) : std::nullopt;
  }
  if (!state.sequence.CanBe(*answer.sequence) || answer.deleted == state.exists) return {};
  state.sequence = SequenceSight::Exactly(*answer.sequence);
  return Allows(state, request) ? std::nullopt : std::optional(state);
}

State Written(const Request& request, const SequenceSight& sequence) {
  const bool exists = request.kind != Kind::kDelete;
  return {exists, exists ? request.value : 0, sequence};
}

}  // namespace

std::optional<State> RegisterModel::Apply(const State& state, const Request& request,
                                          const std::optional<Answer>& answer) {
  if (request.kind == Kind::kRead) return answer ? Read(state, *answer) : std::nullopt;
  if (answer && answer->refused) return Refuse(state, request, *answer);
  const auto before = Allows(state, request);
  if (!before) return {};
  if (!answer) return Written(request, before->sequence.Grown());
  if (!answer->sequence || !before->sequence.CanGrowTo(*answer->sequence)) return {};
  return Written(request, SequenceSight::Exactly(*answer->sequence));
}

std::string RegisterModel::Text(const Request& request) {
  const std::string value = std::to_string(request.value);
  switch (request.kind) {
    case Kind::kRead:
      return "read";
    case Kind::kPut:
      return "put " + value;
    case Kind::kDelete:
      return "delete";
    case Kind::kPutIf:
      return "put " + value + " if #" + std::to_string(request.expected);
    case Kind::kPutIfAbsent:
      return "put " + value + " if absent";
  }
  return {};
}

std::string RegisterModel::Text(const Answer& answer) {
  const std::string sequence = answer.sequence ? "#" + std::to_string(*answer.sequence) : "nothing";
  if (answer.refused) return "refused, it is " + sequence + (answer.deleted ? ", deleted" : "");
  return sequence + (answer.value != 0 ? ": " + std::to_string(answer.value) : "");
}

}  // namespace replog::linear
