#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/base/fields.h"

namespace tricorn::server {

// What one worker has left.
struct Offer {
  std::string worker;
  std::string host;
  int free_slots = 0;
  int slots = 0;
  int free_threads = 0;
  int threads = 0;
  int64_t free_memory_bytes = 0;
  int64_t memory_bytes = 0;
  int free_gpus = 0;
  int gpus = 0;
  FIELDS(worker, host, free_slots, slots, free_threads, threads, free_memory_bytes, memory_bytes,
         free_gpus, gpus)
};

// What one pending job wants: a gang of [min_workers, max_workers] members.
struct Demand {
  std::string job;
  std::string queue;
  int priority = 0;
  int64_t sequence = 0;  // order of arrival
  int min_workers = 1;
  int max_workers = 1;
  int threads = 0;  // of each member; 0: the worker's threads divided by its slots
  int64_t memory_bytes = 0;
  int gpus = 0;
  absl::Duration waited;
  FIELDS(job, queue, priority, sequence, min_workers, max_workers, threads, memory_bytes, gpus,
         waited)
};

struct Member {
  std::string worker;
  int threads = 0;
  FIELDS(worker, threads)
};

// The answer to one demand: a whole gang, in rank order, or the reason why there is none.
struct Verdict {
  std::string job;
  std::vector<Member> gang;
  std::string reason;
  FIELDS(job, gang, reason)
};

// A job that has waited so long keeps what it needs from smaller jobs behind it.
inline constexpr absl::Duration kReservationAfter = absl::Seconds(60);

// Places gangs, all or nothing: higher priority first; among equals the queue that uses the fewest
// slots (`used_slots`, by queue), then the order of arrival. A job that does not fit lets later
// ones pass, until it has waited kReservationAfter. A gang goes to as few hosts as possible. Pure:
// the same arguments give the same verdicts, one for each demand.
std::vector<Verdict> Place(std::vector<Offer> offers, std::vector<Demand> demands,
                           std::map<std::string, int> used_slots);

}  // namespace tricorn::server
