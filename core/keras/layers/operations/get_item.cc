#include "core/keras/layers/operations/get_item.h"

#include <algorithm>
#include <cstdlib>

#include "core/base/status.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {
namespace {

bool IsEllipsis(const Json& json) { return json["class_name"] == Json("__ellipsis__"); }

// The part of an axis that a slice takes: start, start + step, ... `count` times.
struct Range {
  int64_t start;
  int64_t count;
  int64_t step;
};

absl::StatusOr<Range> ParseSlice(const Json& json, int64_t length) {
  const Json& config = json["config"];
  for (const char* part : {"start", "stop", "step"}) {
    if (!config[part].is_null() && !config[part].is_int()) {
      return InvalidArgument("slice: expected integers, received {}", json.Dump().substr(0, 80));
    }
  }
  const int64_t given = config["step"].is_null() ? 1 : config["step"].AsInt();
  if (given == 0) return InvalidArgument("slice: expected a step other than 0, received 0");
  const int64_t step = std::clamp<int64_t>(given, -length - 1, length + 1);  // more is one element
  // Backwards, one may stop before the first element.
  const int64_t least = step > 0 ? 0 : -1, most = step > 0 ? length : length - 1;
  const auto bound = [&](const Json& value, int64_t otherwise) {
    if (value.is_null()) return otherwise;
    const int64_t at = value.AsInt();
    return std::clamp<int64_t>(at < 0 ? at + length : at, least, std::max(least, most));
  };
  const int64_t start = bound(config["start"], step > 0 ? 0 : most);
  const int64_t stop = bound(config["stop"], step > 0 ? length : -1);
  const int64_t distance = step > 0 ? stop - start : start - stop, stride = std::abs(step);
  return Range{start, distance <= 0 ? 0 : (distance - 1) / stride + 1, step};
}

ir::Value TakeRange(ir::Value x, int64_t axis, const Range& range) {
  if (range.count == 0) return ops::SliceAxis(x, axis, 0, 0);
  const int64_t last = range.start + (range.count - 1) * range.step;
  if (range.step > 0) return ops::SliceAxis(x, axis, range.start, last + 1, range.step);
  return ops::Reverse(ops::SliceAxis(x, axis, last, range.start + 1, -range.step), {axis});
}

}  // namespace

absl::StatusOr<ir::Value> GetItem(ir::Value x, const Json& key) {
  const Json::Array items = key.is_array() ? key.AsArray() : Json::Array{key};
  const auto takes_axis = [](const Json& item) { return !item.is_null() && !IsEllipsis(item); };
  const int64_t taken = std::count_if(items.begin(), items.end(), takes_axis);
  if (taken > x.rank()) {
    return InvalidArgument("index: expected at most {} axes, received {}", x.rank(), taken);
  }
  std::vector<int64_t> dropped;   // axes of x that a number took
  std::vector<int64_t> new_axes;  // axes of the result
  int64_t axis = 0;
  int64_t out_axis = 0;
  for (const Json& item : items) {
    if (item.is_null()) {
      new_axes.push_back(out_axis++);
    } else if (IsEllipsis(item)) {
      axis += x.rank() - taken;
      out_axis += x.rank() - taken;
    } else if (item.is_int()) {
      const int64_t length = x.dim(static_cast<int>(axis));
      const int64_t at = item.AsInt() < 0 ? item.AsInt() + length : item.AsInt();
      if (at < 0 || at >= length) {
        return InvalidArgument("index: expected one within [-{}, {}), received {}", length, length,
                               item.AsInt());
      }
      x = ops::SliceAxis(x, axis, at, at + 1);
      dropped.push_back(axis++);
    } else if (item["class_name"] == Json("__slice__")) {
      ASSIGN_OR_RETURN(const Range range, ParseSlice(item, x.dim(static_cast<int>(axis))));
      x = TakeRange(x, axis++, range);
      ++out_axis;
    } else {
      return Unimplemented("index: expected numbers, slices, ellipsis or null, received {}",
                           item.Dump().substr(0, 60));
    }
  }
  if (!dropped.empty()) x = ops::Squeeze(x, dropped);
  if (!new_axes.empty()) x = ops::ExpandDims(x, new_axes);
  return x;
}

}  // namespace tricorn::keras
