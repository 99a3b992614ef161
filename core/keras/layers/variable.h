#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/ir/type.h"
#include "core/keras/constraints/constraint.h"
#include "core/keras/initializers/initializer.h"
#include "core/keras/regularizers/regularizer.h"
#include "core/tensor/tensor.h"

namespace tricorn::keras {

// How the values that the shards of a step compute for one variable become its next value.
enum class Aggregation : uint8_t {
  kMean,  // statistics: the mean over the shards
  kOwn,   // counters: every shard computes the same
};

// A named array that outlives a call: a weight, a moving statistic, a seed.
struct Variable {
  std::string name;  // within its layer: "kernel"
  std::string path;  // within the model, as Keras prints it: "dense_1/kernel"
  ir::Type type;     // fixed once the layer is built
  // The current value on the host, of `type`; empty (0,) until it is initialized or loaded.
  Tensor value;
  bool trainable = true;  // declared so by the layer; whether the layer is frozen comes on top
  bool saved = true;      // false for the state of seed generators
  std::optional<uint32_t> seed;  // what the state of a seed generator starts from; none: by path
  Aggregation aggregation = Aggregation::kMean;
  // What comes as its gradient is its next value: no optimizer touches it.
  bool overwritten_by_gradient = false;
  std::shared_ptr<const Initializer> initializer;
  std::shared_ptr<const Regularizer> regularizer;  // none when null
  std::shared_ptr<const Constraint> constraint;    // none when null

  bool has_value() const { return value.dtype() == type.dtype && value.shape() == type.shape; }
};

}  // namespace tricorn::keras
