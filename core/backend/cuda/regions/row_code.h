#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "core/backend/cuda/kernel/generated_kernel.h"
#include "core/backend/cuda/regions/column_folds.h"
#include "core/backend/cuda/regions/region_access.h"
#include "core/backend/cuda/regions/row_layout.h"
#include "core/ir/graph.h"
#include "core/transform/fusion/fuse_rows.h"

namespace tricorn::backend::cuda {

// Writes the kernel of a fused_rows region.
//
// A row is computed in passes: each folds what it can (the maximum, then the sum of exponentials
// less the maximum), the last one gives the results. What has an element for each of the array is
// computed anew in each pass from the row's operands; what is one number a row is a variable.
class RowCode {
 public:
  RowCode(const transform::FusedRowsAttrs& attrs, const ir::Graph& region, bool is_aligned);

  // False when something has no code.
  bool Write();

  const std::vector<GeneratedKernel::Stage>& stages() const { return stages_; }
  int64_t workspace_nbytes() const { return workspace_nbytes_; }
  // By operand: whole arrays, each element read by the thread that writes there, before it does.
  std::vector<bool> ReadInPlace() const;

 private:
  enum class Part : uint8_t { kSource, kElement, kPerRow, kColumns };

  const ir::Type& type(ir::ValueId id) const { return region_.type(id); }
  Part& part(ir::ValueId id) { return parts_[static_cast<size_t>(id)]; }
  bool IsWhole(ir::ValueId id) const { return type(id).num_elements() == num_rows_ * row_length_; }

  bool Classify();
  bool AddFold(const ir::Node& node);
  RowDemand Demand();
  bool FitWidth(ir::ValueId id, int64_t& width) const;
  bool IsReadWhole(size_t input) const;

  // Places of the code in hand.
  void Define(std::string& code, ir::ValueId id, const std::string& expression);
  std::string Name(ir::ValueId id);
  bool ComputeNode(std::string& code, const ir::Node& node);
  void ReadElement(ir::ValueId id, const Access& access, const ir::Node* generator);
  void ReadPerRow(ir::ValueId id, const Access& access, const ir::Node* generator);
  std::string Reciprocal(ir::ValueId divisor);
  std::string KeyOf(const ir::Node& generator);
  std::string InputName(ir::ValueId input) const;

  std::string Loads() const;
  bool WritePass(int level);
  bool WriteResults();
  void FinishStages(const std::string& row);

  const ir::Graph& region_;
  const Shape shape_;
  const int64_t axis_;
  const int64_t num_rows_;
  const int64_t row_length_;
  const bool is_aligned_;
  bool reads_half_ = false;  // arrays of half precision
  RowLayout layout_;

  std::vector<Part> parts_;  // by value
  std::vector<int> levels_;  // by value: folds that must be done before
  std::vector<RegionFold> row_folds_, column_folds_;
  int num_levels_ = 0;

  absl::flat_hash_set<ir::ValueId> row_names_, element_names_;
  absl::flat_hash_map<ir::ValueId, std::string> reciprocals_;
  absl::flat_hash_set<size_t> read_otherwise_;  // operands: not only whole and in place
  std::string row_, chunk_, element_;           // code in hand
  std::string body_;                            // of one row
  std::string shared_;                          // declarations

  std::vector<GeneratedKernel::Stage> stages_;
  int64_t workspace_nbytes_ = 0;
};

}  // namespace tricorn::backend::cuda
