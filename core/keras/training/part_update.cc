#include "core/keras/training/part_update.h"

#include <algorithm>
#include <optional>

#include "core/base/status.h"
#include "core/keras/training/optimizer_part.h"
#include "core/keras/training/part_exchanges.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {
namespace {

using ir::Value;
using ir::Values;

// The optimizer's exchange while a trace lasts.
class ExchangeScope {
 public:
  ExchangeScope(Optimizer& optimizer, PartExchange* exchange) : optimizer_(optimizer) {
    optimizer_.set_exchange(exchange);
  }
  ~ExchangeScope() { optimizer_.set_exchange(nullptr); }
  ExchangeScope(const ExchangeScope&) = delete;
  ExchangeScope& operator=(const ExchangeScope&) = delete;

 private:
  Optimizer& optimizer_;
};

// Elements of `dtype` in a buffer.
backend::Buffer PartOf(const backend::Buffer& buffer, const comm::Slice& slice, DType dtype) {
  const int64_t size = SizeOf(dtype);
  return {buffer.data + slice.first * size, slice.count * size, buffer.owner};
}

Value Joined(const Values& flat) { return flat.size() == 1 ? flat[0] : ops::Concatenate(flat, 0); }

}  // namespace

absl::StatusOr<std::unique_ptr<PartUpdate>> PartUpdate::Create(const CompiledModel& compiled,
                                                               DeviceState& state,
                                                               const SumLayout& layout,
                                                               int num_threads) {
  CHECK(compiled.part != nullptr);
  if (layout.pieces.empty()) {
    return FailedPrecondition(
        "shard_optimizer_state: expected a loss of the model's outputs, received none");
  }
  std::unique_ptr<PartUpdate> update(new PartUpdate(compiled, state, layout));
  RETURN_IF_ERROR(update->CheckGradients());
  RETURN_IF_ERROR(update->CompileSent(num_threads));
  RETURN_IF_ERROR(update->CompileUpdate(num_threads));
  RETURN_IF_ERROR(update->CompileSpread(num_threads));
  return update;
}

const comm::Slice& PartUpdate::OwnSlice(std::span<const comm::Slice> slices) const {
  return slices[static_cast<size_t>(compiled_.part->rank())];
}

absl::Status PartUpdate::Advance(CallContext& context, ir::Operands arguments,
                                 PartExchange* exchange) const {
  const StepSums sums = layout_.Read(context.builder(), arguments, compiled_.part);
  const StepTrace trace(compiled_, arguments[layout_.buckets.size()]);
  const ExchangeScope scope(*compiled_.optimizer, exchange);
  return trace.Advance(context, sums, 0, true, layout_.statistics);
}

absl::Status PartUpdate::CompileSent(int num_threads) {
  if (!compiled_.optimizer->needs_exchange()) return absl::OkStatus();
  auto arguments = layout_.BucketTypes();
  arguments.emplace_back("rows", ir::Type{DType::kF32, {}});
  const auto body = [&](CallContext& context,
                        ir::Operands values) -> absl::StatusOr<Function::Outputs> {
    SentExchange exchange(*compiled_.part);
    RETURN_IF_ERROR(Advance(context, values, &exchange));
    sent_slices_ = exchange.Slices();
    if (exchange.sent().empty()) return Function::Outputs{};
    return Function::Outputs{{"sent", Joined(exchange.sent())}};
  };
  ASSIGN_OR_RETURN(sent_, Function::Compile(state_.device(), arguments, body,
                                            {.training = true,
                                             .num_threads = num_threads,
                                             .forgets = [](const Variable&) { return true; }}));
  int64_t count = 0;
  for (const comm::Slice& slice : sent_slices_) count = std::max(count, slice.first + slice.count);
  const ir::Type type{DType::kF32, {count}};
  ASSIGN_OR_RETURN(sent_values_, state_.device().Allocate(type.nbytes()));
  return state_.device().Upload(Tensor(type.dtype, type.shape), sent_values_);
}

absl::Status PartUpdate::CheckGradients() const {
  for (size_t i = 0; i < layout_.pieces.size(); ++i) {
    const std::vector<Piece>& pieces = compiled_.part->pieces();
    const Variable& weight = *compiled_.trainable[pieces[i % pieces.size()].weight];
    const DType received = layout_.pieces[i].type.dtype;
    if (received == weight.type.dtype) continue;
    return Unimplemented(
        "shard_optimizer_state: {}: expected a gradient of the weight's {}, received {}",
        weight.path, Name(weight.type.dtype), Name(received));
  }
  return absl::OkStatus();
}

Value PartUpdate::PiecesIn(size_t bucket, ir::Operands updated) const {
  std::vector<std::pair<int64_t, Value>> pieces;  // by place
  const std::vector<size_t>& own = compiled_.part->own_pieces();
  for (size_t i = 0; i < own.size(); ++i) {
    const SumLayout::Place& place = layout_.pieces[own[i]];
    if (place.bucket != static_cast<int>(bucket)) continue;
    pieces.emplace_back(place.offset, ops::Reshape(updated[i], {-1}));
  }
  std::sort(pieces.begin(), pieces.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  Values flat;
  for (const auto& [offset, piece] : pieces) flat.push_back(piece);
  return flat.empty() ? Value() : Joined(flat);
}

absl::Status PartUpdate::CompileUpdate(int num_threads) {
  auto arguments = layout_.BucketTypes();
  arguments.emplace_back("rows", ir::Type{DType::kF32, {}});
  if (sent_ != nullptr) {
    arguments.emplace_back("sent",
                           ir::Type{DType::kF32, {sent_values_.nbytes / SizeOf(DType::kF32)}});
  }
  const auto body = [&](CallContext& context,
                        ir::Operands values) -> absl::StatusOr<Function::Outputs> {
    std::optional<ReceivedExchange> exchange;
    if (sent_ != nullptr) exchange.emplace(*compiled_.part, sent_slices_, values.back());
    RETURN_IF_ERROR(Advance(context, values, exchange ? &*exchange : nullptr));
    const Values updated = compiled_.part->Updated(context);
    Function::Outputs outputs;
    for (size_t b = 0; b < layout_.buckets.size(); ++b) {
      if (!HoldsWeights(b) || OwnSlice(layout_.buckets[b].slices).count == 0) continue;
      outputs.emplace_back(fmt::format("weights{}", b), PiecesIn(b, updated));
    }
    return outputs;
  };
  ASSIGN_OR_RETURN(update_, Function::Compile(state_.device(), arguments, body,
                                              {.training = true,
                                               .num_threads = num_threads,
                                               .forgets = [&](const Variable& variable) {
                                                 return compiled_.part->IsPiece(variable);
                                               }}));
  return absl::OkStatus();
}

absl::Status PartUpdate::CompileSpread(int num_threads) {
  const auto body = [&](CallContext& context,
                        ir::Operands values) -> absl::StatusOr<Function::Outputs> {
    std::vector<Values> pieces(compiled_.trainable.size());  // by weight
    for (size_t p = 0; p < compiled_.part->pieces().size(); ++p) {
      const SumLayout::Place& place = layout_.pieces[p];
      pieces[compiled_.part->pieces()[p].weight].push_back(
          layout_.Read(context.builder(), values, place));
    }
    for (size_t w = 0; w < pieces.size(); ++w) {
      const Variable& weight = *compiled_.trainable[w];
      context.Assign(weight, ops::Reshape(Joined(pieces[w]), weight.type.shape));
    }
    return Function::Outputs{};
  };
  ASSIGN_OR_RETURN(spread_, Function::Compile(state_.device(), layout_.BucketTypes(), body,
                                              {.training = true, .num_threads = num_threads}));
  return absl::OkStatus();
}

absl::Status PartUpdate::Run(std::span<const backend::Buffer> sums, const backend::Buffer& rows,
                             std::span<const backend::Buffer> room,
                             comm::ShardReducer& reducer) const {
  std::vector<backend::Buffer> arguments(sums.begin(), sums.end());
  arguments.push_back(rows);
  if (sent_ != nullptr) {
    std::vector<backend::Buffer> results;
    if (!sent_->results().empty()) {
      results.push_back(PartOf(sent_values_, OwnSlice(sent_slices_), DType::kF32));
    }
    if (!results.empty()) RETURN_IF_ERROR(sent_->Run(state_, arguments, results, {}));
    RETURN_IF_ERROR(reducer.Gather(sent_values_.data, sent_slices_, DType::kF32));
    arguments.push_back(sent_values_);
  }
  std::vector<backend::Buffer> results;
  for (size_t b = 0; b < layout_.buckets.size(); ++b) {
    const SumLayout::Bucket& bucket = layout_.buckets[b];
    if (!HoldsWeights(b) || OwnSlice(bucket.slices).count == 0) continue;
    results.push_back(PartOf(room[b], OwnSlice(bucket.slices), bucket.dtype));
  }
  RETURN_IF_ERROR(update_->Run(state_, arguments, results, {}));
  for (size_t b = 0; b < layout_.buckets.size(); ++b) {
    const SumLayout::Bucket& bucket = layout_.buckets[b];
    if (HoldsWeights(b)) {
      RETURN_IF_ERROR(reducer.Gather(room[b].data, bucket.slices, bucket.dtype));
    }
  }
  return spread_->Run(state_, room, {}, {});
}

}  // namespace tricorn::keras
