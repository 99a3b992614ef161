#pragma once

#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/ir/graph.h"

namespace tricorn::transform {

// An array of `shape` as rows: the axes before `axis` number them, the others are their elements.
struct RowForm {
  Shape shape;
  int64_t axis = 0;

  int64_t num_rows() const;
  int64_t row_length() const;
};

// Whether a node reduces, within rows or over all of them, an array that it takes in form `form`.
enum class RowRole : uint8_t {
  kNone,
  kElementwise,   // on whole arrays or on one number a row
  kReshape,       // of one number a row
  kRowReduce,     // each row to one number
  kColumnReduce,  // all rows to one
  kComposite      // decomposes into the others
};

// What a value is in its form.
enum class RowPart : uint8_t {
  kNone,
  kWhole,   // an element for each of the array
  kPerRow,  // an element for each row
  kColumns  // one row: complete only after all rows have been read
};

// The role of each node of a graph where arrays are taken as rows. Each shape has one form, that of
// its first reduction within rows, or over rows if there is none within.
class RowRoles {
 public:
  explicit RowRoles(const ir::Graph& graph);

  RowRole role(const ir::Node& node) const;
  // The form that the node is in; nullptr without a role.
  const RowForm* form(const ir::Node& node) const;
  RowPart part(ir::ValueId id) const { return parts_[static_cast<size_t>(id)]; }
  // Whether `broadcast` gives each row its own number from a value with one for each.
  bool SpreadsOverRows(const ir::Node& broadcast, const RowForm& form) const;
  // Whether rows of this form are also reduced each: not only all to one.
  bool reduces_rows(const RowForm& form) const;

 private:
  struct Label {
    RowRole role = RowRole::kNone;
    int32_t form = -1;
  };

  Label& label(const ir::Node& node);
  const Label& label(const ir::Node& node) const;
  void FindForms();
  void AddForm(const RowForm& form, bool reduces_rows);
  // The shape's form if it is this one, else one that only the asking reduction is in.
  int32_t FormOrOwn(const RowForm& form, bool reduces_rows);
  void LabelForward();
  void LabelNode(const ir::Node& node);
  void LabelLeavesBackward();
  int32_t FormOfReaders(const ir::Node& node) const;
  int32_t PerRowForm(const ir::Node& node) const;
  void SetParts(const ir::Node& node, RowPart part);

  const ir::Graph& graph_;
  std::vector<RowForm> forms_;
  std::vector<bool> reduces_rows_;
  absl::flat_hash_map<std::vector<int64_t>, int32_t> form_of_shape_;
  std::vector<Label> labels_;                  // by node
  std::vector<RowPart> parts_;                 // by value
  std::vector<std::vector<int32_t>> readers_;  // by value: nodes
};

// The form in which a composite takes its array, if its decomposition is made of elementwise nodes
// and reductions of rows; nullopt for every other op.
std::optional<RowForm> FormOfComposite(const ir::Graph& graph, const ir::Node& node);

// Longer rows are reduced by other means: in parts, or without being held.
inline constexpr int64_t kMaxRowLength = 65536;
// Columns of longer rows are reduced apart from what is computed within rows.
inline constexpr int64_t kMaxColumnsWithin = 8192;

}  // namespace tricorn::transform
