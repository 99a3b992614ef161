#include "server/scheduler/placement.h"

#include <algorithm>
#include <optional>

#include "fmt/core.h"

namespace tricorn::server {
namespace {

int ThreadsOn(const Offer& offer, const Demand& demand) {
  if (demand.threads > 0) return demand.threads;
  return offer.slots > 0 ? std::max(1, offer.threads / offer.slots) : 1;
}

// How many members fit into what the worker has, now or when it is idle.
int Fits(const Offer& offer, const Demand& demand, bool idle) {
  int n = idle ? offer.slots : offer.free_slots;
  const int threads = idle ? offer.threads : offer.free_threads;
  if (demand.threads > 0) n = std::min(n, threads / demand.threads);
  if (demand.memory_bytes > 0) {
    const int64_t memory = idle ? offer.memory_bytes : offer.free_memory_bytes;
    n = static_cast<int>(std::min<int64_t>(n, memory / demand.memory_bytes));
  }
  if (demand.gpus > 0) n = std::min(n, (idle ? offer.gpus : offer.free_gpus) / demand.gpus);
  return std::max(n, 0);
}

int FitsAll(const std::vector<Offer>& offers, const Demand& demand, bool idle) {
  int n = 0;
  for (const Offer& offer : offers) n += Fits(offer, demand, idle);
  return n;
}

std::string Describe(const Demand& demand) {
  std::string text =
      fmt::format("{} worker{}", demand.min_workers, demand.min_workers == 1 ? "" : "s");
  std::string each;
  if (demand.threads > 0) each += fmt::format(", {} threads", demand.threads);
  if (demand.memory_bytes > 0) each += fmt::format(", {} bytes of memory", demand.memory_bytes);
  if (demand.gpus > 0) each += fmt::format(", {} GPUs", demand.gpus);
  if (!each.empty()) text += " with " + each.substr(2) + " each";
  return text;
}

std::string WhyNot(const std::vector<Offer>& offers, const Demand& demand) {
  if (offers.empty()) return fmt::format("needs {}; no worker is registered", Describe(demand));
  const int idle = FitsAll(offers, demand, true);
  if (idle < demand.min_workers) {
    return fmt::format("needs {}; all {} registered workers together have room for {}",
                       Describe(demand), offers.size(), idle);
  }
  return fmt::format("needs {}; {} of {} places are free", Describe(demand),
                     FitsAll(offers, demand, false), idle);
}

// Takes the gang out of the offers. Hosts that hold all of it come first, the tightest of them
// before others; else the roomiest, so that few hosts are used.
std::vector<Member> Take(std::vector<Offer>& offers, const Demand& demand) {
  const int wanted = std::min(demand.max_workers, FitsAll(offers, demand, false));
  std::map<std::string, int> room;
  for (const Offer& offer : offers) room[offer.host] += Fits(offer, demand, false);
  std::vector<Member> gang;
  while (static_cast<int>(gang.size()) < wanted) {
    const int missing = wanted - static_cast<int>(gang.size());
    auto better = [&](const auto& a, const auto& b) {
      const bool a_holds = a.second >= missing, b_holds = b.second >= missing;
      if (a_holds != b_holds) return a_holds;
      if (a.second != b.second) return a_holds ? a.second < b.second : a.second > b.second;
      return a.first < b.first;
    };
    const std::string host = std::min_element(room.begin(), room.end(), better)->first;
    room.erase(host);
    for (Offer& offer : offers) {
      if (offer.host != host) continue;
      int n = std::min(Fits(offer, demand, false), wanted - static_cast<int>(gang.size()));
      for (; n > 0; --n) {
        const int threads = ThreadsOn(offer, demand);
        gang.push_back({offer.worker, threads});
        offer.free_slots -= 1;
        offer.free_threads -= threads;
        offer.free_memory_bytes -= demand.memory_bytes;
        offer.free_gpus -= demand.gpus;
      }
    }
  }
  return gang;
}

}  // namespace

std::vector<Verdict> Place(std::vector<Offer> offers, std::vector<Demand> demands,
                           std::map<std::string, int> used_slots) {
  std::sort(offers.begin(), offers.end(),
            [](const Offer& a, const Offer& b) { return a.worker < b.worker; });
  std::vector<Verdict> verdicts;
  const Demand* reserved = nullptr;
  std::vector<const Demand*> waiting;
  for (const Demand& demand : demands) waiting.push_back(&demand);
  while (!waiting.empty()) {
    auto before = [&](const Demand* a, const Demand* b) {
      if (a->priority != b->priority) return a->priority > b->priority;
      const int a_used = used_slots[a->queue], b_used = used_slots[b->queue];
      if (a_used != b_used) return a_used < b_used;
      return a->sequence < b->sequence;
    };
    const auto next = std::min_element(waiting.begin(), waiting.end(), before);
    const Demand& demand = **next;
    waiting.erase(next);
    Verdict verdict{demand.job, {}, ""};
    if (reserved != nullptr) {
      verdict.reason =
          fmt::format("waits behind jobs/{}, which {}", reserved->job, WhyNot(offers, *reserved));
    } else if (FitsAll(offers, demand, false) >= demand.min_workers) {
      verdict.gang = Take(offers, demand);
      used_slots[demand.queue] += static_cast<int>(verdict.gang.size());
    } else {
      verdict.reason = WhyNot(offers, demand);
      const bool possible = FitsAll(offers, demand, true) >= demand.min_workers;
      if (possible && demand.waited >= kReservationAfter) reserved = &demand;
    }
    verdicts.push_back(std::move(verdict));
  }
  return verdicts;
}

}  // namespace tricorn::server
