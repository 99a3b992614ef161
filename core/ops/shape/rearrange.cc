#include "core/ops/shape/rearrange.h"

#include <algorithm>
#include <cctype>

#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

using Group = std::vector<std::string>;  // the axes that one axis of the value is made of

// "b (h k) w": {b}, {h, k}, {w}.
absl::StatusOr<std::vector<Group>> ParseSide(std::string_view text) {
  std::vector<Group> groups;
  bool within = false;
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    const auto in_name = [&](size_t at) {
      return at < text.size() &&
             (std::isalnum(static_cast<unsigned char>(text[at])) != 0 || text[at] == '_');
    };
    if (c == ' ') {
      ++i;
    } else if ((c == '(' && !within) || (c == ')' && within)) {
      within = c == '(';
      if (within) groups.emplace_back();
      ++i;
    } else if (in_name(i)) {
      const size_t start = i;
      while (in_name(i)) ++i;
      if (!within) groups.emplace_back();
      groups.back().emplace_back(text.substr(start, i - start));
    } else {
      return InvalidArgument("expected names, spaces and groups in parentheses, received '{}'",
                             text);
    }
  }
  if (within) return InvalidArgument("expected a closing parenthesis, received '{}'", text);
  return groups;
}

std::vector<std::string> Flat(const std::vector<Group>& groups) {
  std::vector<std::string> names;
  for (const Group& group : groups) names.insert(names.end(), group.begin(), group.end());
  return names;
}

// The length of each name, those not given following from x's axes.
absl::Status Infer(const std::vector<Group>& groups, const Value& x,
                   std::map<std::string, int64_t>& lengths) {
  for (size_t i = 0; i < groups.size(); ++i) {
    const int64_t length = x.dim(static_cast<int>(i));
    int64_t known = 1;
    const std::string* unknown = nullptr;
    for (const std::string& name : groups[i]) {
      const auto it = lengths.find(name);
      if (it != lengths.end()) {
        known *= std::max<int64_t>(it->second, 0);
      } else if (unknown == nullptr) {
        unknown = &name;
      } else {
        return InvalidArgument("expected a length of '{}' or '{}'", *unknown, name);
      }
    }
    if (known < 1 || length % known != 0 || (unknown == nullptr && known != length)) {
      return InvalidArgument("expected lengths that make up {}, received {}", length, known);
    }
    if (unknown != nullptr) lengths[*unknown] = length / known;
  }
  return absl::OkStatus();
}

struct Plan {
  std::vector<int64_t> split;
  Axes perm;
  std::vector<int64_t> joined;
};
absl::StatusOr<Plan> MakePlan(const Value& x, std::string_view pattern,
                              std::map<std::string, int64_t> lengths) {
  const size_t arrow = pattern.find("->");
  if (arrow == pattern.npos) return InvalidArgument("expected 'axes -> axes'");
  ASSIGN_OR_RETURN(const std::vector<Group> from, ParseSide(pattern.substr(0, arrow)));
  ASSIGN_OR_RETURN(const std::vector<Group> to, ParseSide(pattern.substr(arrow + 2)));
  if (static_cast<int>(from.size()) != x.rank()) {
    return InvalidArgument("expected {} axes, received {}", from.size(), x.type().ToString());
  }
  const std::vector<std::string> before = Flat(from), after = Flat(to);
  if (!std::is_permutation(before.begin(), before.end(), after.begin(), after.end())) {
    return InvalidArgument("expected the same names on both sides");
  }
  RETURN_IF_ERROR(Infer(from, x, lengths));
  Plan plan;
  for (const std::string& name : before) {
    if (std::count(before.begin(), before.end(), name) > 1) {
      return InvalidArgument("expected '{}' once", name);
    }
    plan.split.push_back(lengths[name]);
  }
  for (const std::string& name : after) {
    plan.perm.push_back(std::find(before.begin(), before.end(), name) - before.begin());
  }
  for (const Group& group : to) {
    int64_t length = 1;
    for (const std::string& name : group) length *= lengths[name];
    plan.joined.push_back(length);
  }
  return plan;
}

}  // namespace

Value Rearrange(Value x, std::string_view pattern, const std::map<std::string, int64_t>& lengths) {
  const absl::StatusOr<Plan> plan = MakePlan(x, pattern, lengths);
  if (!plan.ok()) {
    return Error(x, WithSubject(plan.status(), fmt::format("rearrange '{}'", pattern)));
  }
  const Value split = Reshape(x, Shape(plan->split));
  return Reshape(plan->perm.empty() ? split : Transpose(split, plan->perm), Shape(plan->joined));
}

}  // namespace tricorn::ops
