#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/ops/op.h"
#include "core/ops/promotion.h"
#include "tests/conformance/case.h"
#include "tests/conformance/traced.h"

namespace tricorn::conformance {

// The arguments of one call of a `keras.ops` function. Each is asked for by position and keyword;
// the first that is missing or of another kind is kept as an error, and stands in as an empty one.
class OpArguments {
 public:
  OpArguments(const Case& test, const Json& call, Traced& traced)
      : test_(test), call_(call), traced_(traced) {}

  bool Has(size_t position, std::string_view name);
  ir::Value Array(size_t position, std::string_view name);
  ir::Values Arrays(size_t position, std::string_view name);  // of a list or tuple
  ops::Arg ArrayOrNumber(size_t position, std::string_view name);
  int64_t Int(size_t position, std::string_view name, int64_t otherwise);
  double Number(size_t position, std::string_view name, double otherwise);
  bool Flag(size_t position, std::string_view name, bool otherwise);
  std::string Text(size_t position, std::string_view name, std::string otherwise);
  // One number, or a list of them; empty when missing.
  ops::Axes Ints(size_t position, std::string_view name);
  // [[1, 2], [0]]; empty when missing.
  std::vector<ops::Axes> IntLists(size_t position, std::string_view name);
  bool IsList(size_t position, std::string_view name);

  ir::Builder& builder() { return traced_.builder(); }
  // Arrays asked for, by name.
  const std::map<std::string, ir::Value>& arrays() const { return arrays_; }
  // The first error, or Unimplemented when an argument was never asked for.
  absl::Status status() const;
  void SetError(const absl::Status& status);

 private:
  ops::Axes IntsIn(const Json& items, std::string_view name);
  const Json* Find(size_t position, std::string_view name);
  const Json* FindLiteral(size_t position, std::string_view name);
  ir::Value ArrayNamed(const Json& name);

  const Case& test_;
  const Json& call_;
  Traced& traced_;
  std::map<std::string, ir::Value> arrays_;
  std::set<std::string> used_keywords_;
  std::set<size_t> used_positions_;
  absl::Status status_;
};

}  // namespace tricorn::conformance
