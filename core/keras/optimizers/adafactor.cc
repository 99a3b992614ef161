#include "core/keras/optimizers/adafactor.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {
namespace {

using ir::Value;

Value RootMeanSquare(Value x) { return ops::Sqrt(ops::Mean(ops::Square(x))); }

// `shape` without its axis `from_end`, counted from the last one, 0.
Shape Without(const Shape& shape, int from_end) {
  std::vector<int64_t> lengths(shape.begin(), shape.end());
  lengths.erase(lengths.end() - 1 - from_end);
  return Shape(std::move(lengths));
}

}  // namespace

std::vector<std::vector<Slot>> Adafactor::Slots(const Variable& weight) const {
  Slot row{.name = "row"};
  Slot column{.name = "column"};
  const ir::Type& type = weight.type;
  if (type.rank() < 2) {
    // What Keras keeps in their place.
    row.type = column.type = ir::Type{DType::kI32, {}};
    row.path = column.path = weight.name;
  } else {
    row.type = ir::Type{type.dtype, Without(type.shape, 0)};
    column.type = ir::Type{type.dtype, Without(type.shape, 1)};
    row.path = column.path = name() + "/" + weight.name;
  }
  return {{row, column, {"velocity"}}};
}

Value Adafactor::UpdateStep(Update& u) const {
  const Value t = u.step + 1.0;
  const Value bound = 1.0 / ops::Sqrt(t);
  const Value rate = ops::Minimum(u.learning_rate, bound);
  const Value alpha = ops::Maximum(config_.epsilon_2, RootMeanSquare(u.variable)) * rate;
  const Value squares = ops::Square(u.gradient) + config_.epsilon_1;
  const Value beta = 1.0 - ops::Power(t, config_.beta_2_decay);
  const auto average = [&](std::string_view slot, Value value) {
    const Value next = beta * u.Read(slot) + (1.0 - beta) * value;
    u.Assign(slot, next);
    return next;
  };
  Value v;
  if (u.variable.rank() < 2) {
    v = average("velocity", squares);
  } else {
    const Value row = average("row", ops::Mean(squares, {-1}));
    const Value column = average("column", ops::Mean(squares, {-2}));
    v = ops::ExpandDims(row / ops::Mean(row, {-1}, true), {-1}) * ops::ExpandDims(column, {-2});
    u.Assign("velocity", v);
  }
  const Value direction = u.gradient / ops::Sqrt(v);
  const Value excess = ops::Maximum(1.0, RootMeanSquare(direction) / config_.clip_threshold);
  return u.variable - alpha * (direction / excess);
}

}  // namespace tricorn::keras
