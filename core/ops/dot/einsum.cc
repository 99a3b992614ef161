#include <algorithm>
#include <string>

#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

constexpr std::string_view kEllipsis = "...";

// A label an axis: letters, and what an ellipsis stands for as digits, '0' the last of its axes.
struct Labelled {
  Value value;
  std::string labels;
};

bool Has(const std::string& labels, char label) { return labels.find(label) != labels.npos; }

// The labels of `term`, whose ellipsis stands for `num_elided` axes.
absl::StatusOr<std::string> Labels(std::string_view term, int num_elided) {
  std::string labels;
  for (size_t i = 0; i < term.size(); ++i) {
    const char c = term[i];
    if (term.substr(i, 3) == kEllipsis) {
      for (int axis = num_elided; axis > 0; --axis) labels += static_cast<char>('0' + axis - 1);
      i += 2;
    } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      labels += c;
    } else {
      return InvalidArgument("expected letters and '...', received '{}'", term);
    }
  }
  return labels;
}

std::vector<std::string> SplitAtCommas(std::string_view text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ',') {
      parts.emplace_back();
    } else if (c != ' ') {
      parts.back() += c;
    }
  }
  return parts;
}

// Sums over the axes of labels that `kept` lacks.
Labelled SumOthers(Labelled x, const std::string& kept) {
  Axes axes;
  std::string labels;
  for (size_t i = 0; i < x.labels.size(); ++i) {
    if (Has(kept, x.labels[i])) {
      labels += x.labels[i];
    } else {
      axes.push_back(static_cast<int64_t>(i));
    }
  }
  return axes.empty() ? x : Labelled{Sum(x.value, axes), labels};
}

// Where a label stands twice, the diagonal of its two axes.
Labelled Diagonal(Labelled x) {
  for (size_t i = 0; i < x.labels.size(); ++i) {
    const size_t again = x.labels.find(x.labels[i], i + 1);
    if (again == x.labels.npos) continue;
    Builder& b = x.value.builder();
    const Type type{DType::kI32, x.value.shape()};
    const Value on =
        Equal(Iota(b, type, static_cast<int64_t>(i)), Iota(b, type, static_cast<int64_t>(again)));
    const DType dtype = x.value.dtype();
    x.value = Cast(Sum(Where(on, x.value, 0), {static_cast<int64_t>(again)}), dtype);
    x.labels.erase(again, 1);
    --i;
  }
  return x;
}

// Axes of length 1 that an ellipsis broadcasts are dropped: their label stays in another operand.
void DropBroadcast(std::vector<Labelled>& operands) {
  for (Labelled& x : operands) {
    Axes ones;
    std::string labels;
    for (size_t i = 0; i < x.labels.size(); ++i) {
      const char label = x.labels[i];
      const bool longer =
          label <= '9' && x.value.dim(static_cast<int>(i)) == 1 &&
          std::any_of(operands.begin(), operands.end(), [&](const Labelled& other) {
            const size_t at = other.labels.find(label);
            return at != other.labels.npos && other.value.dim(static_cast<int>(at)) != 1;
          });
      if (longer) {
        ones.push_back(static_cast<int64_t>(i));
      } else {
        labels += label;
      }
    }
    if (!ones.empty()) x = {Squeeze(x.value, ones), labels};
  }
}

// Sums over labels that both have and `kept` lacks.
Labelled Contract(const Labelled& a, const Labelled& b, const std::string& kept) {
  DotGeneralAttrs attrs;
  std::string batch, rest;
  for (size_t i = 0; i < a.labels.size(); ++i) {
    const size_t in_b = b.labels.find(a.labels[i]);
    if (in_b == b.labels.npos) {
      rest += a.labels[i];
      continue;
    }
    const bool stays = Has(kept, a.labels[i]);
    (stays ? attrs.a_batch : attrs.a_contract).push_back(static_cast<int64_t>(i));
    (stays ? attrs.b_batch : attrs.b_contract).push_back(static_cast<int64_t>(in_b));
    if (stays) batch += a.labels[i];
  }
  for (const char label : b.labels) {
    if (!Has(a.labels, label)) rest += label;
  }
  return {DotGeneral(a.value, b.value, std::move(attrs)), batch + rest};
}

struct Parsed {
  std::vector<Labelled> operands;
  std::string out;
};
absl::StatusOr<Parsed> Parse(std::string_view equation, Operands operands) {
  const size_t arrow = equation.find("->");
  const std::vector<std::string> terms = SplitAtCommas(equation.substr(0, arrow));
  if (terms.size() != operands.size()) {
    return InvalidArgument("expected {} operands, received {}", terms.size(), operands.size());
  }
  Parsed parsed;
  int longest = 0;  // of what ellipses stand for
  std::string once, twice;
  for (size_t i = 0; i < terms.size(); ++i) {
    const bool elided = terms[i].find(kEllipsis) != std::string::npos;
    const int num_letters = static_cast<int>(terms[i].size()) - (elided ? 3 : 0);
    const int num_elided = operands[i].rank() - num_letters;
    if (num_elided < 0 || num_elided > 9 || (!elided && num_elided != 0)) {
      return InvalidArgument("expected an operand with the axes '{}', received {}", terms[i],
                             operands[i].type().ToString());
    }
    longest = std::max(longest, num_elided);
    ASSIGN_OR_RETURN(std::string labels, Labels(terms[i], num_elided));
    for (const char label : labels) (Has(once, label) ? twice : once) += label;
    parsed.operands.push_back({operands[i], std::move(labels)});
  }
  if (arrow != equation.npos) {
    ASSIGN_OR_RETURN(parsed.out, Labels(SplitAtCommas(equation.substr(arrow + 2))[0], longest));
    return parsed;
  }
  ASSIGN_OR_RETURN(parsed.out, Labels(kEllipsis, longest));
  std::sort(once.begin(), once.end());
  for (const char label : once) {
    if (label > '9' && !Has(twice, label)) parsed.out += label;
  }
  return parsed;
}

}  // namespace

Value Einsum(std::string_view equation, Operands operands) {
  CHECK(!operands.empty());
  std::vector<Arg> args(operands.begin(), operands.end());
  const DType dtype = PromotedDType(args);
  absl::StatusOr<Parsed> parsed = Parse(equation, operands);
  if (!parsed.ok()) {
    return Error(operands[0], WithSubject(parsed.status(), fmt::format("einsum '{}'", equation)));
  }
  for (Labelled& x : parsed->operands) x = Diagonal({Cast(x.value, dtype), x.labels});
  DropBroadcast(parsed->operands);
  std::vector<Labelled>& all = parsed->operands;
  Labelled y = all[0];
  for (size_t i = 1; i <= all.size(); ++i) {
    std::string kept = parsed->out;
    for (size_t later = i; later < all.size(); ++later) kept += all[later].labels;
    y = SumOthers(y, kept);
    if (i == all.size()) break;
    std::string after = parsed->out;
    for (size_t later = i + 1; later < all.size(); ++later) after += all[later].labels;
    y = Contract(y, SumOthers(all[i], after + y.labels), after);
  }
  Axes perm;
  for (const char label : parsed->out) {
    const size_t at = y.labels.find(label);
    if (at == y.labels.npos || std::count(parsed->out.begin(), parsed->out.end(), label) != 1) {
      return Error(y.value, InvalidArgument("einsum '{}': expected a result of different letters "
                                            "that the operands have",
                                            equation));
    }
    perm.push_back(static_cast<int64_t>(at));
  }
  if (!y.value.builder().ok()) return y.value;
  y.value = Cast(y.value, dtype);
  return std::is_sorted(perm.begin(), perm.end()) ? y.value : Transpose(y.value, perm);
}

}  // namespace tricorn::ops
