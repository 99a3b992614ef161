#pragma once

#include <map>
#include <span>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "core/backend/device.h"
#include "core/backend/reference/array.h"
#include "core/ir/builder.h"

namespace tricorn::backend::reference {

// One node while a graph runs. Result types are set and values are zeroes of their size.
struct Call {
  const ir::Node& node;
  std::span<const Array* const> operands;
  std::span<Array> results;
  const RunContext& context;
  std::map<int32_t, Tensor>& in_flight;  // addends of buckets handed to the collectives

  const Array& x(size_t i) const { return *operands[i]; }
  Array& y() const { return results[0]; }
  template <HasFields A>
  const A& attrs() const {
    return node.attrs.As<A>();
  }
};

using Primitive = absl::Status (*)(const Call& call);
using PrimitiveTable = absl::flat_hash_map<std::string_view, Primitive>;

// One function a family of ops, in the file of its name.
void AddElementwise(PrimitiveTable& table);
void AddShape(PrimitiveTable& table);
void AddReduce(PrimitiveTable& table);
void AddDot(PrimitiveTable& table);
void AddConv(PrimitiveTable& table);
void AddPool(PrimitiveTable& table);
void AddGather(PrimitiveTable& table);
void AddRandom(PrimitiveTable& table);
void AddNn(PrimitiveTable& table);
void AddCollective(PrimitiveTable& table);
void AddLinalg(PrimitiveTable& table);
void AddFft(PrimitiveTable& table);
void AddControl(PrimitiveTable& table);

const PrimitiveTable& Primitives();

}  // namespace tricorn::backend::reference
