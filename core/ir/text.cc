#include "core/ir/text.h"

#include "absl/container/flat_hash_map.h"
#include "core/base/status.h"
#include "core/ir/builder.h"

namespace tricorn::ir {
namespace {

void Print(const Graph& graph, int depth, std::string& out);

void PrintNode(const Graph& graph, const Node& node, int depth, std::string& out) {
  out.append(static_cast<size_t>(depth) * 2, ' ');
  for (size_t i = 0; i < node.results.size(); ++i) {
    out += fmt::format("{}%{}: {}", i ? ", " : "", node.results[i],
                       graph.type(node.results[i]).ToString());
  }
  out += fmt::format(" = {}(", node.op->name);
  for (size_t i = 0; i < node.operands.size(); ++i) {
    out += fmt::format("{}%{}", i ? ", " : "", node.operands[i]);
  }
  out += ')';
  const Json attrs = node.attrs.ToJson();
  if (attrs.size() > 0) out += ' ' + attrs.Dump();
  if (!node.scope.empty()) out += " @" + node.scope;
  out += '\n';
  for (const auto& region : node.regions) Print(*region, depth + 1, out);
}

void Print(const Graph& graph, int depth, std::string& out) {
  const std::string indent(static_cast<size_t>(depth) * 2, ' ');
  out += indent + "graph (";
  for (size_t i = 0; i < graph.inputs().size(); ++i) {
    const NamedValue& input = graph.inputs()[i];
    out += fmt::format("{}%{} {}: {}", i ? ", " : "", input.value, input.name,
                       graph.type(input.value).ToString());
  }
  out += ") {\n";
  for (const Node& node : graph.nodes()) PrintNode(graph, node, depth + 1, out);
  out += indent + "  return ";
  for (size_t i = 0; i < graph.outputs().size(); ++i) {
    out +=
        fmt::format("{}{}: %{}", i ? ", " : "", graph.outputs()[i].name, graph.outputs()[i].value);
  }
  out += '\n' + indent + "}\n";
}

// Takes text from the front of one line, piece by piece.
class Line {
 public:
  explicit Line(std::string_view text) : rest_(text) { SkipBlanks(); }

  bool Take(std::string_view token) {
    if (rest_.substr(0, token.size()) != token) return false;
    rest_.remove_prefix(token.size());
    SkipBlanks();
    return true;
  }
  // Up to the first of `stops`, which stays.
  std::string_view Until(std::string_view stops) {
    const size_t end = std::min(rest_.find_first_of(stops), rest_.size());
    std::string_view word = rest_.substr(0, end);
    rest_.remove_prefix(end);
    SkipBlanks();
    while (!word.empty() && word.back() == ' ') word.remove_suffix(1);
    return word;
  }
  absl::StatusOr<Type> TakeType() {
    ASSIGN_OR_RETURN(const DType dtype, ParseDType(Until("(")));
    if (!Take("(")) return InvalidArgument("expected a shape, received {}", rest_);
    std::vector<int64_t> dims;
    while (!Take(")")) {
      ASSIGN_OR_RETURN(const int64_t dim, TakeInt());
      dims.push_back(dim);
      if (!Take(",") && rest_.substr(0, 1) != ")") {
        return InvalidArgument("expected , or ), received {}", rest_);
      }
    }
    return Type{dtype, Shape(std::move(dims))};
  }
  absl::StatusOr<ValueId> TakeId() {
    if (!Take("%")) return InvalidArgument("expected a value, received {}", rest_);
    ASSIGN_OR_RETURN(const int64_t id, TakeInt());
    return static_cast<ValueId>(id);
  }
  bool empty() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }
  void Drop(size_t n) {
    rest_.remove_prefix(n);
    SkipBlanks();
  }

 private:
  absl::StatusOr<int64_t> TakeInt() {
    size_t used = 0;
    int64_t value = 0;
    while (used < rest_.size() && used < 18 && rest_[used] >= '0' && rest_[used] <= '9') {
      value = value * 10 + (rest_[used++] - '0');
    }
    if (used == 0) return InvalidArgument("expected a number, received {}", rest_);
    Drop(used);
    return value;
  }
  void SkipBlanks() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  }
  std::string_view rest_;
};

class Parser {
 public:
  Parser(std::string_view text, const OpRegistry& ops) : rest_(text), ops_(ops) {}

  absl::StatusOr<Graph> Parse() {
    absl::StatusOr<Graph> graph = ParseGraph();
    if (graph.ok()) return graph;
    return WithSubject(graph.status(), fmt::format("line {}", line_number_));
  }

 private:
  std::string_view PeekLine() const { return rest_.substr(0, rest_.find('\n')); }
  Line NextLine() {
    const std::string_view line = PeekLine();
    rest_.remove_prefix(std::min(line.size() + 1, rest_.size()));
    ++line_number_;
    return Line(line);
  }

  absl::StatusOr<Graph> ParseGraph() {
    Line head = NextLine();
    if (!head.Take("graph") || !head.Take("(")) {
      return InvalidArgument("expected \"graph (\", received {}", head.rest());
    }
    Builder builder;
    absl::flat_hash_map<ValueId, Value> values;
    while (!head.Take(")")) {
      ASSIGN_OR_RETURN(const ValueId id, head.TakeId());
      const std::string name(head.Until(":"));
      head.Take(":");
      ASSIGN_OR_RETURN(Type type, head.TakeType());
      values[id] = builder.Input(name, std::move(type));
      head.Take(",");
      if (head.empty()) return InvalidArgument("expected ) after the inputs");
    }
    while (!rest_.empty()) {
      Line line = NextLine();
      if (line.Take("return")) {
        ASSIGN_OR_RETURN(const auto outputs, ParseOutputs(line, values));
        if (!NextLine().Take("}")) return InvalidArgument("expected }} after return");
        return builder.Finish(outputs);
      }
      RETURN_IF_ERROR(ParseNode(line, builder, values));
    }
    return InvalidArgument("expected return, received the end");
  }

  using ValueMap = absl::flat_hash_map<ValueId, Value>;

  static absl::StatusOr<Value> Find(const ValueMap& values, ValueId id) {
    const auto it = values.find(id);
    if (it == values.end()) return InvalidArgument("%{} is not computed before", id);
    return it->second;
  }

  absl::StatusOr<std::vector<std::pair<std::string, Value>>> ParseOutputs(Line& line,
                                                                          const ValueMap& values) {
    std::vector<std::pair<std::string, Value>> outputs;
    while (!line.empty()) {
      std::string name(line.Until(":"));
      line.Take(":");
      ASSIGN_OR_RETURN(const ValueId id, line.TakeId());
      ASSIGN_OR_RETURN(const Value value, Find(values, id));
      outputs.emplace_back(std::move(name), value);
      line.Take(",");
    }
    return outputs;
  }

  absl::Status ParseNode(Line& line, Builder& builder, ValueMap& values) {
    std::vector<std::pair<ValueId, Type>> results;
    while (!line.Take("=")) {
      ASSIGN_OR_RETURN(const ValueId id, line.TakeId());
      line.Take(":");
      ASSIGN_OR_RETURN(Type type, line.TakeType());
      results.emplace_back(id, std::move(type));
      line.Take(",");
    }
    const std::string_view name = line.Until("(");
    const OpDef* op = name == kConstant.name ? &kConstant : ops_.Find(name);
    if (op == nullptr) return InvalidArgument("expected a known op, received {}", name);
    line.Take("(");
    Values operands;
    while (!line.Take(")")) {
      ASSIGN_OR_RETURN(const ValueId id, line.TakeId());
      ASSIGN_OR_RETURN(const Value value, Find(values, id));
      operands.push_back(value);
      line.Take(",");
    }
    const size_t at = line.rest().rfind(" @");
    const std::string_view scope = line.Take("@")                 ? line.rest()
                                   : at == std::string_view::npos ? ""
                                                                  : line.rest().substr(at + 2);
    const std::string_view attrs_text =
        scope.data() == line.rest().data() ? "" : line.rest().substr(0, at);
    ASSIGN_OR_RETURN(const Json attrs_json, Json::Parse(attrs_text.empty() ? "{}" : attrs_text));
    ASSIGN_OR_RETURN(Attrs attrs, op->parse_attrs(attrs_json));
    Regions regions;
    while (Line(PeekLine()).Take("graph")) {
      ASSIGN_OR_RETURN(Graph region, ParseGraph());
      regions.push_back(std::make_shared<const Graph>(std::move(region)));
    }
    builder.set_scope(std::string(scope));
    const Values built = builder.AddAll(*op, operands, std::move(attrs), std::move(regions));
    RETURN_IF_ERROR(builder.status());
    if (built.size() != results.size()) {
      return InvalidArgument("{}: expected {} results, received {}", name, built.size(),
                             results.size());
    }
    for (size_t i = 0; i < built.size(); ++i) {
      if (!(built[i].type() == results[i].second)) {
        return InvalidArgument("{}: expected {}, received {}", name, built[i].type().ToString(),
                               results[i].second.ToString());
      }
      values[results[i].first] = built[i];
    }
    return absl::OkStatus();
  }

  std::string_view rest_;
  const OpRegistry& ops_;
  int line_number_ = 0;
};

}  // namespace

std::string ToText(const Graph& graph) {
  std::string out;
  Print(graph, 0, out);
  return out;
}

absl::StatusOr<Graph> ParseText(std::string_view text, const OpRegistry& ops) {
  return Parser(text, ops).Parse();
}

}  // namespace tricorn::ir
