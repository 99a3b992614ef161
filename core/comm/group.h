#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "absl/status/status.h"
#include "core/comm/group_plan.h"
#include "core/comm/slice.h"
#include "core/tensor/dtype.h"

namespace tricorn::comm {

// What a transport implements: the collectives of one member of a GroupPlan. A Communicator is a
// group whose members are all ranks, or a composition of groups.
//
// Every member calls the same collectives in the same order, from one thread at a time. The first
// error ends the group: every later call returns it. Destroying a group in the middle of its peers'
// collective is an error for them, not a hang.
class Group {
 public:
  virtual ~Group() = default;

  virtual const GroupPlan& plan() const = 0;
  virtual int member() const = 0;

  // Sums to plan().roots, on every member with the same bits. `brings`: one array of `count`
  // elements for each node of plan().brings[member()]; a root's array may be exactly one of its
  // own.
  virtual absl::Status Sum(std::span<const std::byte* const> brings,
                           std::span<std::byte* const> roots, int64_t count, DType dtype) = 0;

  // As Sum of arrays of `count`, but only as far as slices[member()]: what the rest of the roots
  // becomes is left open. `slices`: one for each member, disjoint. By itself it sums everything.
  virtual absl::Status SumSlices(std::span<const std::byte* const> brings,
                                 std::span<std::byte* const> roots, int64_t count,
                                 std::span<const Slice> slices, DType dtype);
  // Copies slices[m] of every member m's `data` to all, the elements being of `element_nbytes`. By
  // itself it broadcasts them one after the other.
  virtual absl::Status Gather(std::byte* data, std::span<const Slice> slices,
                              int64_t element_nbytes);

  virtual absl::Status Broadcast(std::byte* data, int64_t nbytes, int root) = 0;
  virtual absl::Status Barrier() = 0;

  // From any thread: ends the group with `error`, here and on every member.
  virtual void Abort(const absl::Status& error) = 0;
};

// A group that stands in a composition with others on the same rank: while it waits for its own
// members it keeps an eye on the other group, and so an end of one soon ends both.
class ComposableGroup : public Group {
 public:
  // The error that ended the group or is going to, if it shows. Does not block. Called from the
  // thread that calls the collectives.
  virtual absl::Status Check() = 0;

  // `watch` is called at least every 20 ms while a collective waits; its error ends the group.
  virtual void SetWatch(std::function<absl::Status()> watch) = 0;
};

}  // namespace tricorn::comm
