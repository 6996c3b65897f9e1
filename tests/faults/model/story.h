#pragma once

#include <optional>
#include <string>

#include "tests/faults/model/chance.h"
#include "tests/faults/model/checks.h"
#include "tests/support/server_process.h"

namespace replog::model {

// A server and its model, which are asked the same, by chance, and must say the same; now and then the server
// is killed in the midst of a change.
class Story {
 public:
  explicit Story(uint64_t seed);

  // Plays so many steps. Returns the first difference, with the step at which it was found; empty: there is
  // none.
  std::string Play(int steps);
  // Compares everything, stops the server, and verifies what it leaves. Returns what is wrong.
  std::string Finish();

  // To plant a difference, of which the next steps must tell.
  ServerModel& model() { return model_; }
  // What happened, for people.
  std::string Summary() const;

 private:
  void Step();
  void MakeChange(bool kill);
  Change NextChange();
  // Asks, and kills the server meanwhile; it is there again afterwards.
  Answer AskAndKill(const Change& change);
  // Believes the answer, if it is the one that the model gives.
  void Take(const Change& change, const Answer& answer);
  void Count(const Answer& answer);
  // Finds out whether the change took effect. With `again` it is asked for once more first.
  void Resolve(const Change& change, bool again);
  // Learns what the server alone decides: a log's identity and epoch.
  void Learn(ServerModel& model);
  // In what the server differs from a model; empty: in nothing.
  std::string CompareAll(ServerModel& model);
  void Look();
  void LookAtLog(const std::string& name, LogModel& log);

  Chance chance_;
  testing::ServerProcess server_;
  std::optional<testing::LogClient> client_;
  ServerModel model_;
  std::vector<v1::Position> positions_;  // of appends
  std::string doing_;
  int step_ = 0;
  int changes_ = 0, refusals_ = 0, kills_ = 0, lost_ = 0, effective_ = 0, repeated_ = 0;
  int duplicates_ = 0, stale_ = 0;  // records
};

}  // namespace replog::model
