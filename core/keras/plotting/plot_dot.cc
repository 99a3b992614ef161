// Graphviz's text, with the labels of Keras.

#include "core/base/status.h"
#include "core/keras/plotting/plot_graph.h"
#include "fmt/format.h"

namespace tricorn::keras {
namespace {

std::string Cell(const std::string& fact) {
  const size_t colon = fact.find(": ");
  return fmt::format(R"(<td bgcolor="white"><font point-size="14">{}: <b>{}</b></font></td>)",
                     EscapedMarkup(fact.substr(0, colon)), EscapedMarkup(fact.substr(colon + 2)));
}

std::string Label(const PlotBox& box, const PlotOptions& options) {
  const int columns =
      std::max(1, options.show_dtype + options.show_trainable + (options.show_shapes ? 2 : 0));
  const std::string title =
      options.show_layer_names
          ? fmt::format("<b>{}</b> ({})", EscapedMarkup(box.name), EscapedMarkup(box.class_name))
          : fmt::format("<b>{}</b>", EscapedMarkup(box.class_name));
  std::string label = fmt::format(
      R"(<<table border="0" cellborder="1" bgcolor="black" cellpadding="10"><tr><td colspan="{}" )"
      R"(bgcolor="black"><font point-size="16" color="white">{}</font></td></tr>)",
      columns, title);
  if (!box.activation.empty()) {
    label += fmt::format(
        R"(<tr><td bgcolor="white" colspan="{}"><font point-size="14">Activation: <b>{}</b></font>)"
        R"(</td></tr>)",
        columns, EscapedMarkup(box.activation));
  }
  std::string cells;
  for (const std::string& fact : box.facts) cells += Cell(fact);
  if (box.trainable != PlotBox::kUnknown) {
    const bool yes = box.trainable == PlotBox::kYes;
    cells +=
        fmt::format(R"(<td bgcolor="{}"><font point-size="14" color="white"><b>{}</b></font></td>)",
                    yes ? "forestgreen" : "firebrick", yes ? "Trainable" : "Non-trainable");
  }
  if (!cells.empty()) label += "<tr>" + cells + "</tr>";
  return label + "</table>>";
}

std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

// The boxes of a cluster (-1: of none) and the clusters inside it.
void AppendCluster(const PlotGraph& graph, const PlotOptions& options, int cluster,
                   std::string& text) {
  for (size_t i = 0; i < graph.boxes.size(); ++i) {
    if (graph.boxes[i].cluster != cluster) continue;
    text += fmt::format("{} [label={}, fontname=Helvetica, border=0, margin=0];\n", i,
                        Label(graph.boxes[i], options));
  }
  for (size_t i = 0; i < graph.clusters.size(); ++i) {
    if (graph.clusters[i].parent != cluster) continue;
    const std::string& name = graph.clusters[i].name;
    text += fmt::format("subgraph {} {{\nstyle=dashed;\nlabel={};\nlabeljust=l;\n",
                        Quoted("cluster_" + name), Quoted(name));
    AppendCluster(graph, options, static_cast<int>(i), text);
    text += "}\n";
  }
}

}  // namespace

absl::StatusOr<std::string> ModelToDot(const Model& model, const PlotOptions& options) {
  ASSIGN_OR_RETURN(const PlotGraph graph, MakePlotGraph(model, options));
  std::string text = fmt::format(
      "digraph G {{\nrankdir={};\nconcentrate=True;\ndpi={};\nsplines={};\nnode [shape=record];\n",
      options.rankdir, options.dpi, options.splines);
  AppendCluster(graph, options, -1, text);
  for (const auto& [from, to] : graph.edges) {
    text += fmt::format("{} -> {} [penwidth=2];\n", from, to);
  }
  return text + "}\n";
}

}  // namespace tricorn::keras
