#pragma once

#include <utility>
#include <vector>

namespace tricorn::keras {

struct Point {
  double x = 0;
  double y = 0;
};

struct Size {
  double width = 0;
  double height = 0;
};

// Where boxes and edges go: boxes in layers, each below those that feed it, ordered within a layer
// so that few edges cross. Edges pass between the boxes of the layers that they cross.
struct Layout {
  std::vector<Point> boxes;                // their upper left corners
  std::vector<std::vector<Point>> routes;  // of each edge, from box to box, at least two points
  Size size;
};

// `edges` are without loops. From top to bottom; `sideways` from left to right. Source: Sugiyama,
// Tagawa and Toda 1981, with longest paths as layers and barycenters as order.
Layout MakeLayout(const std::vector<Size>& boxes, const std::vector<std::pair<int, int>>& edges,
                  bool sideways);

}  // namespace tricorn::keras
