#include "core/keras/layers/image/image_layer.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/random/random.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {

struct ImageLayer::Data {
  bool is_dict = false;
  bool is_batch = true;
  ir::Value images;
  ir::Value labels;
  ir::Value segmentation_masks;
  std::optional<BoundingBoxes> bounding_boxes;

  // Calls f on each part that there is.
  template <typename F>
  void ForEach(F&& f) {
    if (bounding_boxes) {
      f(bounding_boxes->boxes);
      f(bounding_boxes->labels);
    }
    for (ir::Value* part : {&images, &labels, &segmentation_masks}) {
      if (*part) f(*part);
    }
  }
};

namespace {

absl::StatusOr<BoundingBoxes> ParseBoundingBoxes(const Nest<ir::Value>& nest) {
  BoundingBoxes result;
  if (nest.is_dict()) {
    for (const auto& [key, item] : nest.dict()) {
      if (!item.is_leaf() || (key != "boxes" && key != "labels")) {
        return InvalidArgument(
            "bounding_boxes: expected tensors 'boxes' and 'labels', received "
            "'{}'",
            key);
      }
      (key == "boxes" ? result.boxes : result.labels) = item.leaf();
    }
  }
  if (!result.boxes || !result.labels) {
    return InvalidArgument("bounding_boxes: expected 'boxes' and 'labels'");
  }
  return result;
}

ops::ImageSize SizeOf(ir::Value images) {
  return {static_cast<double>(images.dim(1)), static_cast<double>(images.dim(2))};
}

}  // namespace

absl::StatusOr<ImageLayer::Data> ImageLayer::Parse(const Nest<ir::Value>& argument) const {
  Data data;
  if (argument.is_leaf()) {
    data.images = argument.leaf();
  } else if (argument.is_dict()) {
    data.is_dict = true;
    for (const auto& [key, item] : argument.dict()) {
      if (key == "bounding_boxes") {
        ASSIGN_OR_RETURN(data.bounding_boxes, ParseBoundingBoxes(item));
      } else if (item.is_leaf() && key == "images") {
        data.images = item.leaf();
      } else if (item.is_leaf() && key == "labels") {
        data.labels = item.leaf();
      } else if (item.is_leaf() && key == "segmentation_masks") {
        data.segmentation_masks = item.leaf();
      } else {
        return InvalidArgument(
            "expected images, labels, segmentation_masks and bounding_boxes, "
            "received '{}'",
            key);
      }
    }
  }
  if (!data.images) return InvalidArgument("expected images");
  if (data.images.rank() != 3 && data.images.rank() != 4) {
    return InvalidArgument("expected an image of rank 3 or a batch of them, received {}",
                           data.images.type().ToString());
  }
  data.is_batch = data.images.rank() == 4;
  return data;
}

absl::Status ImageLayer::CheckBoxes(const Data& data) const {
  if (!data.bounding_boxes) return absl::OkStatus();
  if (!handles_bounding_boxes()) {
    return Unimplemented("{}: moves no bounding boxes, as in Keras", class_name());
  }
  if (!bounding_box_format() && !keeps_box_format()) {
    return InvalidArgument("bounding_box_format: expected one, as there are bounding boxes");
  }
  const BoundingBoxes& boxes = *data.bounding_boxes;
  if (boxes.boxes.rank() != 3 || boxes.boxes.dim(-1) != 4 || boxes.labels.rank() != 2 ||
      boxes.labels.dim(1) != boxes.boxes.dim(1)) {
    return InvalidArgument(
        "bounding_boxes: expected boxes (batch, count, 4) and labels (batch, "
        "count), received {} and {}",
        boxes.boxes.type().ToString(), boxes.labels.type().ToString());
  }
  return keeps_box_format() ? absl::OkStatus()
                            : ops::ParseBoxFormat(*bounding_box_format()).status();
}

absl::Status ImageLayer::BuildFrom(std::span<const SymbolicType>) {
  RETURN_IF_ERROR(CheckArguments());
  if (is_random()) seed_ = AddSeed(seed());
  return absl::OkStatus();
}

BoundingBoxes ImageLayer::MoveBoxes(const ImageTransform& transform, BoundingBoxes boxes,
                                    ops::ImageSize before, ops::ImageSize after) const {
  if (keeps_box_format()) return transform.bounding_boxes(boxes);
  const DType dtype = boxes.boxes.dtype();
  const ops::BoxFormat format = *ops::ParseBoxFormat(*bounding_box_format());
  boxes.boxes = ops::ConvertBoxes(boxes.boxes, format, ops::BoxFormat::kXyxy, before);
  boxes = transform.bounding_boxes(boxes);
  boxes.boxes = ops::ClipBoxes(boxes.boxes, after);
  boxes.labels = ops::Where(ops::Greater(ops::BoxAreas(boxes.boxes), 0), boxes.labels, -1);
  boxes.boxes = ops::ConvertBoxes(boxes.boxes, ops::BoxFormat::kXyxy, format, after);
  if (IsFloating(dtype)) boxes.boxes = ops::Cast(boxes.boxes, dtype);
  return boxes;
}

void ImageLayer::Apply(const ImageTransform& transform, Data& data) const {
  const ops::ImageSize before = SizeOf(data.images);
  if (transform.images) data.images = transform.images(data.images);
  if (transform.labels && data.labels) data.labels = transform.labels(data.labels);
  if (transform.segmentation_masks && data.segmentation_masks) {
    data.segmentation_masks = transform.segmentation_masks(data.segmentation_masks);
  }
  if (transform.bounding_boxes && data.bounding_boxes) {
    data.bounding_boxes = MoveBoxes(transform, *data.bounding_boxes, before, SizeOf(data.images));
  }
}

ir::Values ImageLayer::CallLayer(CallContext& context, const CallArguments<ir::Value>& arguments) {
  ir::Builder& builder = context.builder();
  const auto fail = [&](const absl::Status& status) {
    builder.SetError(status);
    return ir::Values(std::max<size_t>(arguments.Inputs().size(), 1), ir::Value(&builder, -1));
  };
  if (arguments.args.size() != 1 || !arguments.kwargs.empty()) {
    return fail(InvalidArgument("{}: expected one argument", class_name()));
  }
  absl::StatusOr<Data> data = Parse(arguments.args[0]);
  if (!data.ok()) return fail(data.status());
  if (!data->is_batch) data->ForEach([](ir::Value& part) { part = ops::ExpandDims(part, {0}); });
  if (const absl::Status status = CheckBoxes(*data); !status.ok()) return fail(status);

  if (casts_images()) data->images = ops::Cast(data->images, compute_dtype());
  const DataFormat format = data_format();
  for (ir::Value* part : {&data->images, &data->segmentation_masks}) {
    if (*part) *part = ToChannelsLast(*part, format);
  }
  if (context.training() || acts_in_inference()) {
    const ir::Value key = seed_ != nullptr ? context.NextSeed(*seed_) : ir::Value();
    Apply(Draw(key, data->images.type()), *data);
  }
  if (!builder.ok()) return fail(builder.status());
  for (ir::Value* part : {&data->images, &data->segmentation_masks}) {
    if (*part) *part = FromChannelsLast(*part, format);
  }
  if (!data->is_batch) data->ForEach([](ir::Value& part) { part = ops::Squeeze(part, {0}); });
  ir::Values outputs;  // by sorted key, as the dictionary flattens
  data->ForEach([&](ir::Value& part) { outputs.push_back(part); });
  return outputs;
}

ir::Value DrawEach(ir::Value key, const ir::Type& images, double low, double high) {
  const ir::Value u = ops::RandomUniform(key, {DType::kF32, {images.shape[0], 1, 1, 1}}, low, high);
  return ops::Cast(u, IsFloating(images.dtype) ? images.dtype : DType::kF32);
}

ir::Value DrawChances(ir::Value key, const ir::Type& images, double low, double high) {
  const ir::Type type{DType::kF32, {images.shape[0], 1, 1, 1}};
  const ir::Values keys = ops::SplitKey(key, 2);
  return ops::Less(ops::RandomUniform(keys[0], type), ops::RandomUniform(keys[1], type, low, high));
}

ir::Value ChangeRange(ir::Value x, ValueRange from, ValueRange to) {
  if (from == to) return x;
  return (x - from.low) / from.length() * to.length() + to.low;
}

ir::Value ClipTo(ir::Value x, ValueRange range) { return ops::Clip(x, range.low, range.high); }

}  // namespace tricorn::keras
