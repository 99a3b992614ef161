#pragma once

#include "absl/time/time.h"
#include "server/state/effects.h"
#include "server/state/event.pb.h"
#include "server/state/state.h"

namespace tricorn::server {

// The coordinator. Pure: the same state, event and time give the same state and effects; no clock,
// thread, socket or random inside. Replaying the log's events with their times rebuilds the state.
// An event that is refused (effects.status) or changes nothing leaves the state as it was.
struct Step {
  State state;
  Effects effects;
};
Step Transition(State state, const Event& event, absl::Time now);

// When a Tick would next change something; InfiniteFuture when only events will.
absl::Time NextTick(const State& state);

}  // namespace tricorn::server
