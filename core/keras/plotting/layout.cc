#include "core/keras/plotting/layout.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace tricorn::keras {
namespace {

constexpr double kBetweenLayers = 48;
constexpr double kBetweenBoxes = 32;
constexpr double kMargin = 24;
constexpr double kPassWidth = 8;  // of an edge that crosses a layer
constexpr int kSweeps = 8;

// Boxes and the points where edges cross layers, in layers.
class Layers {
 public:
  Layers(const std::vector<Size>& boxes, const std::vector<std::pair<int, int>>& edges)
      : sizes_(boxes), chains_(edges.size()) {
    Rank(edges);
    for (size_t edge = 0; edge < edges.size(); ++edge) {
      const auto [from, to] = edges[edge];
      int last = from;
      chains_[edge].push_back(from);
      for (int rank = rank_[Index(from)] + 1; rank < rank_[Index(to)]; ++rank) {
        const int pass = AddPass(rank);
        Link(last, pass);
        chains_[edge].push_back(pass);
        last = pass;
      }
      Link(last, to);
      chains_[edge].push_back(to);
    }
  }

  void Order() {
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      const bool down = sweep % 2 == 0;
      const auto& near = down ? above_ : below_;
      for (size_t i = 0; i < layers_.size(); ++i) {
        SortByNeighbours(layers_[down ? i : layers_.size() - 1 - i], near);
      }
    }
  }

  // Across a layer, boxes side by side and the layer centered; layers one below the other.
  Layout Place(size_t num_boxes) const {
    double widest = 0;
    for (const auto& layer : layers_) widest = std::max(widest, WidthOf(layer));
    std::vector<Point> corners(sizes_.size());
    std::vector<double> middles(sizes_.size());
    double y = kMargin;
    for (const auto& layer : layers_) {
      double height = 0;
      for (const int item : layer) height = std::max(height, sizes_[Index(item)].height);
      double x = kMargin + (widest - WidthOf(layer)) / 2;
      for (const int item : layer) {
        corners[Index(item)] = {x, y + (height - sizes_[Index(item)].height) / 2};
        middles[Index(item)] = y + height / 2;
        x += sizes_[Index(item)].width + kBetweenBoxes;
      }
      y += height + kBetweenLayers;
    }
    Layout layout;
    layout.boxes.assign(corners.begin(), corners.begin() + static_cast<std::ptrdiff_t>(num_boxes));
    layout.size = {widest + 2 * kMargin, y - kBetweenLayers + kMargin};
    for (const std::vector<int>& chain : chains_) {
      std::vector<Point> route;
      for (size_t i = 0; i < chain.size(); ++i) {
        const size_t item = Index(chain[i]);
        const double x = corners[item].x + sizes_[item].width / 2;
        double at = middles[item];
        if (i == 0) at = corners[item].y + sizes_[item].height;
        if (i + 1 == chain.size()) at = corners[item].y;
        route.push_back({x, at});
      }
      layout.routes.push_back(std::move(route));
    }
    return layout;
  }

 private:
  static size_t Index(int item) { return static_cast<size_t>(item); }

  // The longest path to each box.
  void Rank(const std::vector<std::pair<int, int>>& edges) {
    const size_t count = sizes_.size();
    rank_.assign(count, 0);
    std::vector<std::vector<int>> next(count);
    std::vector<int> waiting(count, 0);
    for (const auto& [from, to] : edges) {
      next[Index(from)].push_back(to);
      ++waiting[Index(to)];
    }
    std::vector<int> ready;
    for (size_t i = 0; i < count; ++i) {
      if (waiting[i] == 0) ready.push_back(static_cast<int>(i));
    }
    for (size_t i = 0; i < ready.size(); ++i) {
      for (const int to : next[Index(ready[i])]) {
        rank_[Index(to)] = std::max(rank_[Index(to)], rank_[Index(ready[i])] + 1);
        if (--waiting[Index(to)] == 0) ready.push_back(to);
      }
    }
    const int deepest = count == 0 ? -1 : *std::max_element(rank_.begin(), rank_.end());
    layers_.resize(static_cast<size_t>(deepest + 1));
    for (size_t i = 0; i < count; ++i) {
      layers_[Index(rank_[i])].push_back(static_cast<int>(i));
    }
    above_.resize(count);
    below_.resize(count);
  }

  int AddPass(int rank) {
    const int item = static_cast<int>(sizes_.size());
    sizes_.push_back({kPassWidth, 0});
    above_.emplace_back();
    below_.emplace_back();
    layers_[Index(rank)].push_back(item);
    return item;
  }

  void Link(int from, int to) {
    below_[Index(from)].push_back(to);
    above_[Index(to)].push_back(from);
  }

  void SortByNeighbours(std::vector<int>& layer, const std::vector<std::vector<int>>& near) {
    std::vector<double> place(sizes_.size(), 0);
    for (const auto& other : layers_) {
      for (size_t i = 0; i < other.size(); ++i) {
        place[Index(other[i])] = static_cast<double>(i) / static_cast<double>(other.size());
      }
    }
    std::vector<double> center(sizes_.size(), 0);
    for (const int item : layer) {
      const std::vector<int>& neighbours = near[Index(item)];
      double sum = 0;
      for (const int neighbour : neighbours) sum += place[Index(neighbour)];
      center[Index(item)] =
          neighbours.empty() ? place[Index(item)] : sum / static_cast<double>(neighbours.size());
    }
    std::stable_sort(layer.begin(), layer.end(),
                     [&](int a, int b) { return center[Index(a)] < center[Index(b)]; });
  }

  double WidthOf(const std::vector<int>& layer) const {
    double width = -kBetweenBoxes;
    for (const int item : layer) width += sizes_[Index(item)].width + kBetweenBoxes;
    return width;
  }

  std::vector<Size> sizes_;               // of boxes, then of passes
  std::vector<int> rank_;                 // of boxes
  std::vector<std::vector<int>> layers_;  // items, in order
  std::vector<std::vector<int>> above_, below_;
  std::vector<std::vector<int>> chains_;  // items that each edge goes through
};

}  // namespace

Layout MakeLayout(const std::vector<Size>& boxes, const std::vector<std::pair<int, int>>& edges,
                  bool sideways) {
  std::vector<Size> upright = boxes;
  if (sideways) {
    for (Size& size : upright) std::swap(size.width, size.height);
  }
  Layers layers(upright, edges);
  layers.Order();
  Layout layout = layers.Place(boxes.size());
  if (!sideways) return layout;
  std::swap(layout.size.width, layout.size.height);
  for (Point& corner : layout.boxes) std::swap(corner.x, corner.y);
  for (auto& route : layout.routes) {
    for (Point& point : route) std::swap(point.x, point.y);
  }
  return layout;
}

}  // namespace tricorn::keras
