#include "core/keras/layers/core/einsum_equation.h"

#include <algorithm>

#include "core/base/status.h"
#include "core/ops/dot/dot.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {
namespace {

constexpr std::string_view kEllipsis = "...";

bool Has(const std::string& term, char letter) { return term.find(letter) != std::string::npos; }

bool IsTerm(std::string_view term) {
  for (size_t i = 0; i < term.size(); ++i) {
    const bool letter = (term[i] >= 'a' && term[i] <= 'z') || (term[i] >= 'A' && term[i] <= 'Z');
    if (!letter || term.find(term[i], i + 1) != term.npos) return false;
  }
  return true;
}

// `term` with `digits` in place of an ellipsis.
std::string Spelled(std::string_view term, const std::string& digits) {
  const size_t at = term.find(kEllipsis);
  if (at == term.npos) return std::string(term);
  return std::string(term.substr(0, at)) + digits + std::string(term.substr(at + 3));
}

// From an axis for each letter of `from` to one for each of `to`; axes of letters that only one of
// them has are of length 1.
ir::Value Aligned(ir::Value value, const std::string& from, const std::string& to) {
  ops::Axes lost, added, perm;
  std::string kept;
  for (size_t i = 0; i < from.size(); ++i) {
    if (Has(to, from[i])) {
      kept += from[i];
    } else {
      lost.push_back(static_cast<int64_t>(i));
    }
  }
  for (size_t i = 0; i < to.size(); ++i) {
    if (Has(from, to[i])) {
      perm.push_back(static_cast<int64_t>(kept.find(to[i])));
    } else {
      added.push_back(static_cast<int64_t>(i));
    }
  }
  ir::Value y = lost.empty() ? value : ops::Squeeze(value, lost);
  if (!std::is_sorted(perm.begin(), perm.end())) y = ops::Transpose(y, perm);
  return added.empty() ? y : ops::ExpandDims(y, added);
}

}  // namespace

absl::StatusOr<EinsumEquation> EinsumEquation::Parse(std::string_view equation, int a_rank) {
  const size_t comma = equation.find(',');
  const size_t arrow = equation.find("->");
  const absl::Status malformed = InvalidArgument(
      "equation: expected the form 'ab,bc->ac' with an input of {} axes, received '{}'", a_rank,
      equation);
  if (comma == equation.npos || arrow == equation.npos || arrow < comma) return malformed;
  const std::string_view a = equation.substr(0, comma);
  const std::string_view b = equation.substr(comma + 1, arrow - comma - 1);
  const std::string_view out = equation.substr(arrow + 2);
  const bool elided = a.find(kEllipsis) != a.npos;
  const int letters = static_cast<int>(a.size()) - (elided ? 3 : 0);
  if (elided != (out.find(kEllipsis) != out.npos) || letters > a_rank || a_rank - letters > 9 ||
      (!elided && letters != a_rank)) {
    return malformed;
  }
  if (!IsTerm(Spelled(a, "")) || !IsTerm(b) || !IsTerm(Spelled(out, ""))) return malformed;
  const std::string digits =
      std::string("012345678").substr(0, static_cast<size_t>(a_rank - letters));
  EinsumEquation parsed{Spelled(a, digits), std::string(b), Spelled(out, digits)};
  for (const char letter : parsed.out) {
    if (!Has(parsed.a, letter) && !Has(parsed.b, letter)) return malformed;
  }
  return parsed;
}

ir::Value EinsumEquation::operator()(ir::Value a_value, ir::Value b_value) const {
  ops::DotGeneralAttrs attrs;
  std::string order;  // of DotGeneral's result: batches, the rest of a, the rest of b
  std::string a_rest, b_rest;
  for (size_t i = 0; i < a.size(); ++i) {
    const int64_t axis = static_cast<int64_t>(i);
    const size_t in_b = b.find(a[i]);
    if (in_b == b.npos) {
      a_rest += a[i];
    } else if (Has(out, a[i])) {
      attrs.a_batch.push_back(axis);
      attrs.b_batch.push_back(static_cast<int64_t>(in_b));
      order += a[i];
    } else {
      attrs.a_contract.push_back(axis);
      attrs.b_contract.push_back(static_cast<int64_t>(in_b));
    }
  }
  for (const char letter : b) {
    if (!Has(a, letter)) b_rest += letter;
  }
  order += a_rest + b_rest;
  ir::Value y = ops::DotGeneral(a_value, b_value, std::move(attrs));
  // Letters of one operand alone that the result lacks are summed over.
  std::vector<int64_t> lost;
  std::string kept;
  for (size_t i = 0; i < order.size(); ++i) {
    if (Has(out, order[i])) {
      kept += order[i];
    } else {
      lost.push_back(static_cast<int64_t>(i));
    }
  }
  if (!lost.empty()) y = ops::Sum(y, lost);
  std::vector<int64_t> perm;
  for (const char letter : out) perm.push_back(static_cast<int64_t>(kept.find(letter)));
  return std::is_sorted(perm.begin(), perm.end()) ? y : ops::Transpose(y, std::move(perm));
}

ir::Value EinsumEquation::AlignWithResult(ir::Value value, const std::string& letters) const {
  return Aligned(value, letters, out);
}

ir::Value EinsumEquation::AlignWithOperand(ir::Value aligned, const std::string& letters) const {
  return Aligned(aligned, out, letters);
}

}  // namespace tricorn::keras
