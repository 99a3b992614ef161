#include "core/keras/training/sum_layout.h"

#include <algorithm>
#include <numeric>

#include "core/ops/collective/collective.h"

namespace tricorn::keras {
namespace {

using ir::Value;
using ir::Values;

// What goes into a bucket.
struct Member {
  Value value;
  int owner = 0;
  SumLayout::Place* place = nullptr;
};

// Gives the members their places, in order of their owners, each of whom begins at a multiple of
// comm::kSliceAlign; the operands that fill the bucket.
Values LayOut(ir::Builder& builder, std::vector<Member>& members, int index, int ranks,
              SumLayout::Bucket& bucket) {
  const bool is_sliced = bucket.group >= 0;
  if (is_sliced) bucket.slices.assign(static_cast<size_t>(ranks), {0, 0});
  std::stable_sort(members.begin(), members.end(),
                   [](const Member& a, const Member& b) { return a.owner < b.owner; });
  Values operands;
  int owner = -1;
  for (const Member& member : members) {
    const int64_t past = bucket.count % comm::kSliceAlign;
    if (is_sliced && member.owner != owner && past > 0) {
      const int64_t filling = comm::kSliceAlign - past;
      operands.push_back(builder.Constant(Tensor(bucket.dtype, Shape({filling}))));
      bucket.count += filling;
    }
    *member.place = {member.value.type(), index, bucket.count};
    const int64_t count = member.value.shape().num_elements();
    if (is_sliced) {
      comm::Slice& slice = bucket.slices[static_cast<size_t>(member.owner)];
      if (member.owner != owner) slice.first = bucket.count;
      slice.count += count;
    }
    owner = member.owner;
    bucket.count += count;
    operands.push_back(member.value);
  }
  return operands;
}

}  // namespace

std::pair<SumLayout, Values> SumLayout::Start(ir::Builder& builder, const StepSums& sums,
                                              std::vector<const Variable*> statistics,
                                              size_t num_weights, const OptimizerPart* part,
                                              int64_t bucket_nbytes) {
  SumLayout layout;
  layout.groups = sums.groups;
  layout.num_gradients = sums.gradients.size();
  layout.num_losses = sums.losses.size();
  layout.num_coverage = sums.coverage.size();
  layout.num_metrics = sums.metrics.size();
  layout.has_extra = static_cast<bool>(sums.extra);
  layout.statistics = std::move(statistics);

  const Values flat = sums.Flatten();
  const size_t num_parted =
      part == nullptr || sums.gradients.empty() ? 0 : sums.groups.size() * num_weights;
  layout.num_parted = num_parted;
  const size_t num_pieces = part == nullptr ? 0 : part->pieces().size();
  layout.pieces.resize(num_parted == 0 ? 0 : sums.groups.size() * num_pieces);
  layout.places.resize(flat.size() - num_parted);
  std::vector<size_t> order(flat.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return flat[a].id() < flat[b].id(); });

  std::vector<std::vector<Member>> members;  // by bucket
  std::vector<int64_t> filled;
  for (const size_t i : order) {
    const DType dtype = flat[i].dtype();
    const int group = i < num_parted ? static_cast<int>(i / num_weights) : -1;
    const bool fits = !layout.buckets.empty() && layout.buckets.back().dtype == dtype &&
                      layout.buckets.back().group == group &&
                      filled.back() * SizeOf(dtype) < bucket_nbytes;
    if (!fits) {
      layout.buckets.push_back({.dtype = dtype, .count = 0, .group = group});
      members.emplace_back();
      filled.push_back(0);
    }
    filled.back() += flat[i].shape().num_elements();
    if (group < 0) {
      members.back().push_back({flat[i], 0, &layout.places[i - num_parted]});
      continue;
    }
    for (const size_t p : part->pieces_of(i % num_weights)) {
      const Piece& piece = part->pieces()[p];
      members.back().push_back({part->Cut(flat[i], piece), piece.owner,
                                &layout.pieces[static_cast<size_t>(group) * num_pieces + p]});
    }
  }
  Values started;
  for (size_t b = 0; b < members.size(); ++b) {
    const auto index = static_cast<int>(b);
    const Values operands =
        LayOut(builder, members[b], index, part == nullptr ? 1 : part->ranks(), layout.buckets[b]);
    started.push_back(
        builder.Add(ops::kAllReduceStart, operands, ops::BucketAttrs{static_cast<int32_t>(index)}));
  }
  return {std::move(layout), std::move(started)};
}

std::vector<std::pair<std::string, ir::Type>> SumLayout::BucketTypes() const {
  std::vector<std::pair<std::string, ir::Type>> types;
  for (size_t i = 0; i < buckets.size(); ++i) {
    types.emplace_back(fmt::format("bucket{}", i), ir::Type{buckets[i].dtype, {buckets[i].count}});
  }
  return types;
}

Value SumLayout::Read(ir::Builder& builder, ir::Operands bucket_values, const Place& place) const {
  return builder.Add(ops::kBucketSlice, {{bucket_values[static_cast<size_t>(place.bucket)]}},
                     ops::BucketSliceAttrs{place.offset, place.type.shape});
}

StepSums SumLayout::Read(ir::Builder& builder, ir::Operands bucket_values,
                         const OptimizerPart* part) const {
  size_t next = 0;
  const auto take = [&] { return Read(builder, bucket_values, places[next++]); };
  const auto take_all = [&](Values& to, size_t count) {
    for (size_t i = 0; i < count; ++i) to.push_back(take());
  };
  StepSums sums;
  sums.groups = groups;
  if (num_parted > 0) {
    const size_t num_pieces = part->pieces().size();
    for (size_t group = 0; group < groups.size(); ++group) {
      for (const size_t p : part->own_pieces()) {
        sums.gradients.push_back(Read(builder, bucket_values, pieces[group * num_pieces + p]));
      }
    }
  }
  take_all(sums.gradients, num_gradients - num_parted);
  take_all(sums.losses, num_losses);
  if (has_extra) sums.extra = take();
  take_all(sums.coverage, num_coverage);
  take_all(sums.metrics, num_metrics);
  take_all(sums.statistics, statistics.size());
  sums.shards = take();
  return sums;
}

}  // namespace tricorn::keras
