// An SVG image: boxes as tables, edges as curves.

#include <algorithm>
#include <limits>

#include "core/base/status.h"
#include "core/keras/plotting/layout.h"
#include "core/keras/plotting/plot_graph.h"
#include "fmt/format.h"

namespace tricorn::keras {
namespace {

constexpr double kRowHeight = 26;
constexpr double kCharWidth = 7.6;  // of 13 px Helvetica, on the wide side
constexpr double kPadding = 10;
constexpr double kClusterMargin = 12;

// The rows of a box under each other; the first is the title.
std::vector<std::string> RowsOf(const PlotBox& box, const PlotOptions& options) {
  std::vector<std::string> rows = {options.show_layer_names ? box.name + " (" + box.class_name + ")"
                                                            : box.class_name};
  if (!box.activation.empty()) rows.push_back("Activation: " + box.activation);
  rows.insert(rows.end(), box.facts.begin(), box.facts.end());
  if (box.trainable != PlotBox::kUnknown) {
    rows.push_back(box.trainable == PlotBox::kYes ? "Trainable" : "Non-trainable");
  }
  return rows;
}

Size SizeOf(const std::vector<std::string>& rows) {
  size_t longest = 0;
  for (const std::string& row : rows) longest = std::max(longest, row.size());
  return {static_cast<double>(longest) * kCharWidth + 2 * kPadding,
          static_cast<double>(rows.size()) * kRowHeight};
}

void AppendBox(const PlotBox& box, const std::vector<std::string>& rows, Point at, Size size,
               std::string& svg) {
  svg += "<g>";
  for (size_t i = 0; i < rows.size(); ++i) {
    const bool is_flag = i + 1 == rows.size() && box.trainable != PlotBox::kUnknown;
    const char* fill = "white";
    if (i == 0) fill = "black";
    if (is_flag) fill = box.trainable == PlotBox::kYes ? "forestgreen" : "firebrick";
    const double top = at.y + static_cast<double>(i) * kRowHeight;
    svg += fmt::format(
        R"(<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}" stroke="black"/>)"
        R"(<text x="{:.1f}" y="{:.1f}" fill="{}"{}>{}</text>)",
        at.x, top, size.width, kRowHeight, fill, at.x + size.width / 2, top + kRowHeight * 0.68,
        i == 0 || is_flag ? "white" : "black", i == 0 ? R"( font-weight="bold")" : "",
        EscapedMarkup(rows[i]));
  }
  svg += "</g>\n";
}

// A curve that leaves and enters boxes straight.
std::string Curve(const std::vector<Point>& route, bool sideways) {
  std::string path = fmt::format("M{:.1f},{:.1f}", route[0].x, route[0].y);
  for (size_t i = 1; i < route.size(); ++i) {
    const Point& a = route[i - 1];
    const Point& b = route[i];
    const double x = (a.x + b.x) / 2;
    const double y = (a.y + b.y) / 2;
    path +=
        sideways
            ? fmt::format(" C{:.1f},{:.1f} {:.1f},{:.1f} {:.1f},{:.1f}", x, a.y, x, b.y, b.x, b.y)
            : fmt::format(" C{:.1f},{:.1f} {:.1f},{:.1f} {:.1f},{:.1f}", a.x, y, b.x, y, b.x, b.y);
  }
  return path;
}

bool IsWithin(const PlotGraph& graph, int cluster, int ancestor) {
  for (; cluster >= 0; cluster = graph.clusters[static_cast<size_t>(cluster)].parent) {
    if (cluster == ancestor) return true;
  }
  return false;
}

// A dashed frame around the boxes of a model inside.
void AppendCluster(const PlotGraph& graph, int cluster, const Layout& layout,
                   const std::vector<Size>& sizes, std::string& svg) {
  double left = std::numeric_limits<double>::max(), top = left, right = 0, bottom = 0;
  for (size_t i = 0; i < graph.boxes.size(); ++i) {
    if (!IsWithin(graph, graph.boxes[i].cluster, cluster)) continue;
    left = std::min(left, layout.boxes[i].x);
    top = std::min(top, layout.boxes[i].y);
    right = std::max(right, layout.boxes[i].x + sizes[i].width);
    bottom = std::max(bottom, layout.boxes[i].y + sizes[i].height);
  }
  if (left > right) return;
  svg += fmt::format(
      R"(<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="none" stroke="gray" )"
      R"(stroke-dasharray="6 4"/><text x="{:.1f}" y="{:.1f}" fill="gray" text-anchor="start">{})"
      "</text>\n",
      left - kClusterMargin, top - kClusterMargin, right - left + 2 * kClusterMargin,
      bottom - top + 2 * kClusterMargin, left - kClusterMargin + 4, top - kClusterMargin - 4,
      EscapedMarkup(graph.clusters[static_cast<size_t>(cluster)].name));
}

}  // namespace

absl::StatusOr<std::string> ModelToSvg(const Model& model, const PlotOptions& options) {
  ASSIGN_OR_RETURN(const PlotGraph graph, MakePlotGraph(model, options));
  std::vector<std::vector<std::string>> rows;
  std::vector<Size> sizes;
  for (const PlotBox& box : graph.boxes) {
    rows.push_back(RowsOf(box, options));
    sizes.push_back(SizeOf(rows.back()));
  }
  const bool sideways = options.rankdir == "LR";
  const Layout layout = MakeLayout(sizes, graph.edges, sideways);
  std::string svg = fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" width="{0:.0f}" height="{1:.0f}" )"
      R"(viewBox="0 0 {0:.0f} {1:.0f}" font-family="Helvetica, Arial, sans-serif" font-size="13" )"
      R"(text-anchor="middle">)"
      "\n"
      R"(<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" )"
      R"(markerHeight="7" orient="auto"><path d="M0,0 L10,5 L0,10 z"/></marker></defs>)"
      "\n"
      R"(<rect width="100%" height="100%" fill="white"/>)"
      "\n",
      layout.size.width, layout.size.height);
  for (size_t i = 0; i < graph.clusters.size(); ++i) {
    AppendCluster(graph, static_cast<int>(i), layout, sizes, svg);
  }
  for (const std::vector<Point>& route : layout.routes) {
    svg += fmt::format(
        R"x(<path d="{}" fill="none" stroke="black" stroke-width="1.5" marker-end="url(#arrow)"/>)x"
        "\n",
        Curve(route, sideways));
  }
  for (size_t i = 0; i < graph.boxes.size(); ++i) {
    AppendBox(graph.boxes[i], rows[i], layout.boxes[i], sizes[i], svg);
  }
  return svg + "</svg>\n";
}

}  // namespace tricorn::keras
