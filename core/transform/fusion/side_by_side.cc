#include "core/transform/fusion/side_by_side.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "core/base/status.h"
#include "core/ir/rewriter.h"
#include "core/transform/rewrite/on_every_graph.h"

namespace tricorn::transform {
namespace {

using ir::Builder;
using ir::Graph;
using ir::Node;
using ir::Value;
using ir::ValueId;
using ir::Values;

// In which order nodes run, and which together.
//
// A node is placed, or waits in a round: the rounds run one after another, and a node's is after
// those of what it reads. Views run nothing and go with what they show.
class Schedule {
 public:
  Schedule(const Graph& graph, const MayJoin& may_join)
      : graph_(graph),
        may_join_(may_join),
        missing_(graph.nodes().size(), 0),
        round_(graph.nodes().size(), kUnknown),
        readers_(graph.nodes().size()),
        rounds_(1) {
    FindReaders();
    const auto count = static_cast<int32_t>(graph.nodes().size());
    for (int32_t n = 0; n < count; ++n) {
      if (missing_[static_cast<size_t>(n)] == 0) Reached(n);
    }
    for (int32_t n = 0; n < count; ++n) {
      if (round(n) != kUnknown) continue;
      FinishRounds(RoundOfOperands(n));
      Place(n);
    }
    FinishRounds(static_cast<int32_t>(rounds_.size()) - 1);
    Run(last_);
  }

  // In order; those of several nodes run together.
  const std::vector<std::vector<int32_t>>& steps() const { return steps_; }

 private:
  static constexpr int32_t kUnknown = -1, kPlaced = 0, kLast = INT32_MAX;
  struct Round {
    std::vector<int32_t> nodes;
    std::vector<int32_t> views;  // of their results, in order
  };

  const Node& node(int32_t n) const { return graph_.nodes()[static_cast<size_t>(n)]; }
  // Rounds count from 1; those up to finished_ have run.
  int32_t round(int32_t n) const {
    const int32_t at = round_[static_cast<size_t>(n)];
    return at != kUnknown && at <= finished_ ? kPlaced : at;
  }
  bool RunsNothing(int32_t n) const {
    return node(n).op == &ir::kConstant || node(n).op->kind == ir::OpKind::kView;
  }
  bool MayWait(int32_t n) const {
    const Node& candidate = node(n);
    return RunsNothing(n) || (candidate.op->kind != ir::OpKind::kEffect &&
                              !candidate.op->is_control_flow() && may_join_(graph_, candidate));
  }

  void FindReaders() {
    for (int32_t n = 0; n < static_cast<int32_t>(missing_.size()); ++n) {
      for (const ValueId id : node(n).operands) {
        const int32_t producer = graph_.values()[static_cast<size_t>(id)].node;
        if (producer < 0) continue;
        readers_[static_cast<size_t>(producer)].push_back(n);
        ++missing_[static_cast<size_t>(n)];
      }
    }
    is_read_.assign(missing_.size(), false);
    for (auto n = static_cast<int32_t>(missing_.size()); n-- > 0;) {
      const std::vector<int32_t>& readers = readers_[static_cast<size_t>(n)];
      is_read_[static_cast<size_t>(n)] =
          std::any_of(readers.begin(), readers.end(), [&](int32_t reader) {
            return !RunsNothing(reader) || is_read_[static_cast<size_t>(reader)];
          });
    }
  }

  int32_t RoundOfOperands(int32_t n) const {
    int32_t latest = kPlaced;
    for (const ValueId id : node(n).operands) {
      const int32_t producer = graph_.values()[static_cast<size_t>(id)].node;
      if (producer >= 0) latest = std::max(latest, round(producer));
    }
    return latest;
  }

  // All that `n` reads is placed or waits. Nodes that may not wait are placed in their turn.
  void Reached(int32_t first) {
    std::vector<int32_t> reached = {first};
    while (!reached.empty()) {
      const int32_t n = reached.back();
      reached.pop_back();
      if (round(n) != kUnknown || !MayWait(n)) continue;
      Wait(n);
      Announce(n, reached);
    }
  }
  void Announce(int32_t n, std::vector<int32_t>& reached) {
    const std::vector<int32_t>& readers = readers_[static_cast<size_t>(n)];
    for (auto reader = readers.rbegin(); reader != readers.rend(); ++reader) {
      if (--missing_[static_cast<size_t>(*reader)] == 0) reached.push_back(*reader);
    }
  }

  void Wait(int32_t n) {
    int32_t& at = round_[static_cast<size_t>(n)];
    const int32_t operands = RoundOfOperands(n);
    if (RunsNothing(n)) {
      at = operands;
      if (at == kPlaced) {
        steps_.push_back({n});
      } else {
        (at == kLast ? last_ : rounds_[static_cast<size_t>(at)]).views.push_back(n);
      }
    } else if (!is_read_[static_cast<size_t>(n)]) {
      at = kLast;
      last_.nodes.push_back(n);
    } else {
      at = std::max(operands, finished_) + 1;
      if (rounds_.size() <= static_cast<size_t>(at)) rounds_.resize(static_cast<size_t>(at) + 1);
      rounds_[static_cast<size_t>(at)].nodes.push_back(n);
    }
  }

  void Place(int32_t n) {
    steps_.push_back({n});
    round_[static_cast<size_t>(n)] = kPlaced;
    std::vector<int32_t> reached;
    Announce(n, reached);
    while (!reached.empty()) {
      const int32_t reader = reached.back();
      reached.pop_back();
      Reached(reader);
    }
  }

  void FinishRounds(int32_t last) {
    while (finished_ < last) Run(rounds_[static_cast<size_t>(++finished_)]);
  }

  void Run(const Round& round) {
    if (!round.nodes.empty()) steps_.push_back(round.nodes);
    for (const int32_t view : round.views) steps_.push_back({view});
  }

  const Graph& graph_;
  const MayJoin& may_join_;
  std::vector<int32_t> missing_;  // by node: operands that are neither placed nor waiting
  std::vector<int32_t> round_;    // by node
  std::vector<std::vector<int32_t>> readers_;
  std::vector<bool> is_read_;  // by node: by another that runs, directly or through views
  std::vector<Round> rounds_;
  Round last_;
  int32_t finished_ = 0;
  std::vector<std::vector<int32_t>> steps_;
};

// Rebuilds a graph along its schedule.
class Regrouper {
 public:
  explicit Regrouper(const Graph& graph) : graph_(graph), rewriter_(graph) {}

  absl::StatusOr<Graph> Run(const std::vector<std::vector<int32_t>>& steps) {
    rewriter_.CopyInputs();
    for (const std::vector<int32_t>& step : steps) {
      if (step.size() == 1) {
        rewriter_.CopyInPlace(node(step[0]));
      } else {
        RETURN_IF_ERROR(EmitGroup(step));
      }
      RETURN_IF_ERROR(rewriter_.builder().status());
    }
    return rewriter_.Finish();
  }

 private:
  const Node& node(int32_t n) const { return graph_.nodes()[static_cast<size_t>(n)]; }

  absl::Status EmitGroup(const std::vector<int32_t>& group) {
    Builder body;
    absl::flat_hash_map<ValueId, Value> inside;
    Values operands;
    std::vector<std::pair<std::string, Value>> outputs;
    std::vector<ValueId> results;
    SideBySideAttrs attrs;
    for (const int32_t member : group) {
      const Node& n = node(member);
      Values inner;
      for (const ValueId id : n.operands) {
        const auto [at, is_new] = inside.try_emplace(id);
        if (is_new) {
          at->second = body.Input(fmt::format("x{}", operands.size()), graph_.type(id));
          operands.push_back(rewriter_.mapped(id));
        }
        inner.push_back(at->second);
      }
      body.set_scope(n.scope);
      const Values made = body.AddAll(*n.op, inner, n.attrs, n.regions);
      RETURN_IF_ERROR(body.status());
      for (size_t i = 0; i < made.size(); ++i) {
        outputs.emplace_back(fmt::format("y{}", outputs.size()), made[i]);
        results.push_back(n.results[i]);
        attrs.results.push_back(graph_.type(n.results[i]));
      }
    }
    ASSIGN_OR_RETURN(Graph region, body.Finish(outputs));
    rewriter_.builder().set_scope("");
    const Values made = rewriter_.builder().AddAll(
        kSideBySide, operands, attrs, {std::make_shared<const Graph>(std::move(region))});
    for (size_t i = 0; i < made.size(); ++i) rewriter_.Map(results[i], made[i]);
    return absl::OkStatus();
  }

  const Graph& graph_;
  ir::Rewriter rewriter_;
};

}  // namespace

const ir::OpDef kSideBySide = ir::Op<SideBySideAttrs>{
    .name = "side_by_side",
    .doc = "results of its region's nodes, of which none reads another's",
    .infer_all = [](std::span<const ir::Type>,
                    const SideBySideAttrs& a) -> absl::StatusOr<ir::Types> {
      if (a.results.empty()) return InvalidArgument("expected at least one result, received none");
      return a.results;
    },
};

absl::StatusOr<Graph> RunSideBySide(const Graph& graph, const MayJoin& may_join) {
  return OnEveryGraph(
      graph, [&](const Graph& one) { return Regrouper(one).Run(Schedule(one, may_join).steps()); });
}

}  // namespace tricorn::transform
