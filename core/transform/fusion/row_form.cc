#include "core/transform/fusion/row_form.h"

#include <algorithm>

#include "core/base/status.h"
#include "core/ir/builder.h"
#include "core/ops/layer_norm/layer_norm.h"
#include "core/ops/nn/nn.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::transform {
namespace {

using ir::Node;

bool IsReduction(const Node& node) {
  return node.op == &ops::kSum || node.op == &ops::kMax || node.op == &ops::kMin ||
         node.op == &ops::kProd;
}

bool CountsFrom(const ops::Axes& axes, int64_t first) {
  for (size_t i = 0; i < axes.size(); ++i) {
    if (axes[i] != first + static_cast<int64_t>(i)) return false;
  }
  return true;
}

// Where the reduced axes begin, when they are the last ones; -1 otherwise.
int64_t RowAxis(const Node& node, const Shape& x) {
  const auto& axes = node.attrs.As<ops::ReduceAttrs>().axes;
  const int64_t first = x.rank() - static_cast<int64_t>(axes.size());
  return !axes.empty() && CountsFrom(axes, first) ? first : -1;
}

// How many axes are reduced, when they are the first ones but not all; -1 otherwise.
int64_t ColumnAxis(const Node& node, const Shape& x) {
  const auto& axes = node.attrs.As<ops::ReduceAttrs>().axes;
  const auto count = static_cast<int64_t>(axes.size());
  return count > 0 && count < x.rank() && CountsFrom(axes, 0) ? count : -1;
}

// Whether there are several rows, of several columns.
bool HasColumns(const RowForm& form) {
  return form.axis > 0 && form.num_rows() > 1 && form.row_length() > 1;
}

// Few long rows would leave most of a device idle.
bool IsWorthHolding(const RowForm& form) {
  const int64_t length = form.row_length();
  return length > 1 && length <= kMaxRowLength && form.num_rows() > 0 &&
         (form.num_rows() >= 32 || length <= kMaxColumnsWithin);
}

}  // namespace

int64_t RowForm::num_rows() const {
  int64_t count = 1;
  for (int k = 0; k < axis; ++k) count *= shape[k];
  return count;
}

int64_t RowForm::row_length() const {
  int64_t length = 1;
  for (int k = static_cast<int>(axis); k < shape.rank(); ++k) length *= shape[k];
  return length;
}

std::optional<RowForm> FormOfComposite(const ir::Graph& graph, const Node& node) {
  const auto last_axis = [&](const Shape& shape) { return RowForm{shape, shape.rank() - 1}; };
  const auto shape = [&](size_t operand) { return graph.type(node.operands[operand]).shape; };
  std::optional<RowForm> form;
  if (node.op == &ops::kSoftmax || node.op == &ops::kLogSoftmax) {
    form = last_axis(shape(0));
    if (node.attrs.As<ops::SoftmaxAttrs>().axis != form->axis) return std::nullopt;
  } else if (node.op == &ops::kSoftmaxCrossEntropy || node.op == &ops::kSparseSoftmaxCrossEntropy) {
    form = last_axis(shape(1));
  } else if (node.op == &ops::kLayerNorm || node.op == &ops::kRmsNorm) {
    form = RowForm{shape(0), node.attrs.As<ops::LayerNormAttrs>().axis};
  } else if (node.op == &ops::kLayerNormGradient || node.op == &ops::kRmsNormGradient) {
    form = RowForm{shape(0), node.attrs.As<ops::LayerNormAttrs>().axis};
    // All rows become one, which takes more than one and short ones.
    if (form->num_rows() < 2 || form->row_length() > kMaxColumnsWithin) return std::nullopt;
  }
  return form && IsWorthHolding(*form) ? form : std::nullopt;
}

RowRoles::RowRoles(const ir::Graph& graph)
    : graph_(graph),
      labels_(graph.nodes().size()),
      parts_(graph.values().size(), RowPart::kNone),
      readers_(graph.values().size()) {
  for (size_t n = 0; n < graph.nodes().size(); ++n) {
    for (const ir::ValueId id : graph.nodes()[n].operands) {
      readers_[static_cast<size_t>(id)].push_back(static_cast<int32_t>(n));
    }
  }
  FindForms();
  LabelForward();
  LabelLeavesBackward();
}

RowRoles::Label& RowRoles::label(const Node& node) {
  return labels_[static_cast<size_t>(&node - graph_.nodes().data())];
}
const RowRoles::Label& RowRoles::label(const Node& node) const {
  return labels_[static_cast<size_t>(&node - graph_.nodes().data())];
}
RowRole RowRoles::role(const Node& node) const { return label(node).role; }
const RowForm* RowRoles::form(const Node& node) const {
  const int32_t form = label(node).form;
  return form < 0 ? nullptr : &forms_[static_cast<size_t>(form)];
}
bool RowRoles::reduces_rows(const RowForm& form) const {
  return reduces_rows_[static_cast<size_t>(&form - forms_.data())];
}

void RowRoles::AddForm(const RowForm& form, bool reduces_rows) {
  const bool is_new =
      form_of_shape_.try_emplace(form.shape.dims(), static_cast<int32_t>(forms_.size())).second;
  if (!is_new) return;
  forms_.push_back(form);
  reduces_rows_.push_back(reduces_rows);
}

int32_t RowRoles::FormOrOwn(const RowForm& form, bool reduces_rows) {
  const auto it = form_of_shape_.find(form.shape.dims());
  if (it != form_of_shape_.end() && forms_[static_cast<size_t>(it->second)].axis == form.axis) {
    return it->second;
  }
  forms_.push_back(form);
  reduces_rows_.push_back(reduces_rows);
  return static_cast<int32_t>(forms_.size()) - 1;
}

void RowRoles::FindForms() {
  for (const Node& node : graph_.nodes()) {
    if (const auto form = FormOfComposite(graph_, node)) AddForm(*form, true);
  }
  for (const Node& node : graph_.nodes()) {
    if (!IsReduction(node)) continue;
    const Shape& x = graph_.type(node.operands[0]).shape;
    const int64_t axis = RowAxis(node, x);
    if (axis >= 0 && IsWorthHolding({x, axis})) AddForm({x, axis}, true);
  }
  for (const Node& node : graph_.nodes()) {
    if (!IsReduction(node)) continue;
    const Shape& x = graph_.type(node.operands[0]).shape;
    const RowForm form{x, ColumnAxis(node, x)};
    if (HasColumns(form)) AddForm(form, false);
  }
}

void RowRoles::SetParts(const Node& node, RowPart part) {
  for (const ir::ValueId id : node.results) parts_[static_cast<size_t>(id)] = part;
}

// The form in which an operand has one number a row; -1 when none has.
int32_t RowRoles::PerRowForm(const Node& node) const {
  for (const ir::ValueId id : node.operands) {
    const Node* producer = graph_.producer(id);
    if (producer != nullptr && part(id) == RowPart::kPerRow) return label(*producer).form;
  }
  return -1;
}

void RowRoles::LabelNode(const Node& node) {
  if (const auto form = FormOfComposite(graph_, node)) {
    const auto it = form_of_shape_.find(form->shape.dims());
    if (forms_[static_cast<size_t>(it->second)].axis != form->axis) return;
    label(node) = {RowRole::kComposite, it->second};
    const bool is_gradient =
        node.op == &ops::kLayerNormGradient || node.op == &ops::kRmsNormGradient;
    SetParts(node, is_gradient ? RowPart::kColumns : RowPart::kPerRow);
    const ir::ValueId first = node.results[0];
    if (graph_.type(first).shape == form->shape) {
      parts_[static_cast<size_t>(first)] = RowPart::kWhole;
    }
    return;
  }
  const Shape& shape = graph_.type(node.results[0]).shape;
  if (node.op == &ops::kReshape) {
    const int32_t form = PerRowForm(node);
    if (form < 0) return;
    label(node) = {RowRole::kReshape, form};
    SetParts(node, RowPart::kPerRow);
  } else if (IsReduction(node)) {
    const Shape& x = graph_.type(node.operands[0]).shape;
    if (const int64_t axis = RowAxis(node, x); axis >= 0 && IsWorthHolding({x, axis})) {
      label(node) = {RowRole::kRowReduce, FormOrOwn({x, axis}, true)};
      SetParts(node, RowPart::kPerRow);
    } else if (HasColumns({x, ColumnAxis(node, x)})) {
      label(node) = {RowRole::kColumnReduce, FormOrOwn({x, ColumnAxis(node, x)}, false)};
      SetParts(node, RowPart::kColumns);
    }
  } else if (node.op->kind == ir::OpKind::kElementwise && node.results.size() == 1) {
    if (const int32_t form = PerRowForm(node); form >= 0) {
      label(node) = {RowRole::kElementwise, form};
      SetParts(node, RowPart::kPerRow);
    } else if (const auto it = form_of_shape_.find(shape.dims()); it != form_of_shape_.end()) {
      label(node) = {RowRole::kElementwise, it->second};
      SetParts(node, RowPart::kWhole);
    }
  }
}

void RowRoles::LabelForward() {
  for (const Node& node : graph_.nodes()) {
    if (!node.results.empty()) LabelNode(node);
  }
}

bool RowRoles::SpreadsOverRows(const Node& broadcast, const RowForm& form) const {
  if (broadcast.op != &ops::kBroadcast) return false;
  const auto& attrs = broadcast.attrs.As<ops::BroadcastAttrs>();
  const Shape& from = graph_.type(broadcast.operands[0]).shape;
  if (!(attrs.shape == form.shape) || from.rank() < form.axis) return false;
  for (int k = 0; k < from.rank(); ++k) {
    const bool is_row_axis = k < form.axis;
    if (is_row_axis && (attrs.axes[static_cast<size_t>(k)] != k || from[k] != form.shape[k])) {
      return false;
    }
    if (!is_row_axis && from[k] != 1) return false;
  }
  return true;
}

// The one form in which all readers take the node's result as one number a row; -1 if there is
// none.
int32_t RowRoles::FormOfReaders(const Node& node) const {
  int32_t form = -1;
  const auto agree = [&](int32_t other) {
    if (form == -1) form = other;
    return other >= 0 && form == other;
  };
  for (const int32_t r : readers_[static_cast<size_t>(node.results[0])]) {
    const Node& reader = graph_.nodes()[static_cast<size_t>(r)];
    if (reader.op != &ops::kBroadcast) {
      const bool is_per_row =
          !reader.results.empty() && part(reader.results[0]) == RowPart::kPerRow &&
          role(reader) != RowRole::kRowReduce && role(reader) != RowRole::kComposite;
      if (!agree(is_per_row ? label(reader).form : -1)) return -1;
      continue;
    }
    const auto it = form_of_shape_.find(graph_.type(reader.results[0]).shape.dims());
    if (it == form_of_shape_.end()) return -1;
    if (!SpreadsOverRows(reader, forms_[static_cast<size_t>(it->second)])) return -1;
    if (!agree(it->second)) return -1;
  }
  return form;
}

// Numbers of rows that come from no reduction: a weight or a mask of each row, computed where it is
// used.
void RowRoles::LabelLeavesBackward() {
  for (const ir::NamedValue& output : graph_.outputs()) {
    // Read by the outside as it is.
    readers_[static_cast<size_t>(output.value)].clear();
  }
  for (size_t n = graph_.nodes().size(); n-- > 0;) {
    const Node& node = graph_.nodes()[n];
    const bool is_elementwise =
        node.op->kind == ir::OpKind::kElementwise && node.results.size() == 1;
    if (!is_elementwise && node.op != &ops::kReshape) continue;
    if (part(node.results[0]) == RowPart::kPerRow) continue;
    const int32_t form = FormOfReaders(node);
    if (form < 0) continue;
    label(node) = {is_elementwise ? RowRole::kElementwise : RowRole::kReshape, form};
    SetParts(node, RowPart::kPerRow);
  }
}

}  // namespace tricorn::transform
