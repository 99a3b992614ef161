#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/keras/layers/data_format.h"
#include "core/keras/layers/image/factor.h"
#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/ops/image/boxes.h"

namespace tricorn::keras {

// Boxes (batch, count, 4), x1, y1, x2, y2 in pixels, and a class for each (batch, count); -1: none.
struct BoundingBoxes {
  ir::Value boxes;
  ir::Value labels;
};

// What one call of a layer does to each part of its data; what is empty leaves its part as it is.
// Images and masks are batches, channels last.
struct ImageTransform {
  std::function<ir::Value(ir::Value images)> images = {};
  std::function<ir::Value(ir::Value masks)> segmentation_masks = {};
  std::function<ir::Value(ir::Value labels)> labels = {};
  // Boxes that leave the image are clipped afterwards, those with nothing left get label -1.
  std::function<BoundingBoxes(BoundingBoxes)> bounding_boxes = {};
};

// A layer on images: one tensor of them, or a dictionary of "images" and, where given, "labels",
// "segmentation_masks" and "bounding_boxes" ({"boxes", "labels"}), with results of the same form.
// Data are batches, or one image with what belongs to it. Images become the compute dtype.
//
// A layer class derives from ImageLayerWith (below) and gives Draw.
class ImageLayer : public Layer {
 public:
  using Layer::Layer;

  // Draws what this call does to images of this type (channels last). `key` is none for layers
  // without randomness.
  virtual ImageTransform Draw(ir::Value key, const ir::Type& images) const = 0;
  // Errors: InvalidArgument for arguments outside their bounds.
  virtual absl::Status CheckArguments() const { return absl::OkStatus(); }

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Values CallLayer(CallContext& context, const CallArguments<ir::Value>& arguments) override;

  virtual DataFormat data_format() const = 0;
  virtual const std::optional<std::string>& bounding_box_format() const = 0;
  virtual std::optional<int64_t> seed() const { return std::nullopt; }
  virtual bool is_random() const { return true; }
  // Whether images are transformed when the model is not training, too.
  virtual bool acts_in_inference() const { return false; }
  // Whether images of integers become the compute dtype.
  virtual bool casts_images() const { return true; }
  virtual bool handles_bounding_boxes() const { return true; }
  // Whether boxes are handed to the transform as they come, and kept as it gives them.
  virtual bool keeps_box_format() const { return false; }

 private:
  struct Data;
  absl::StatusOr<Data> Parse(const Nest<ir::Value>& argument) const;
  void Apply(const ImageTransform& transform, Data& data) const;
  absl::Status CheckBoxes(const Data& data) const;
  BoundingBoxes MoveBoxes(const ImageTransform& transform, BoundingBoxes boxes,
                          ops::ImageSize before, ops::ImageSize after) const;

  const Variable* seed_ = nullptr;
};

// An image layer as a config struct, with data_format and bounding_box_format among its members;
// one without `seed` draws nothing.
template <typename Derived, HasFields C>
class ImageLayerWith : public LayerWith<Derived, C, ImageLayer> {
 public:
  using LayerWith<Derived, C, ImageLayer>::LayerWith;

  // Keras leaves bounding_box_format out when there is none.
  Json GetConfig() const override {
    Json config = LayerWith<Derived, C, ImageLayer>::GetConfig();
    if (!this->config_.bounding_box_format) config.Erase("bounding_box_format");
    return config;
  }

 protected:
  DataFormat data_format() const override { return this->config_.data_format; }
  const std::optional<std::string>& bounding_box_format() const override {
    return this->config_.bounding_box_format;
  }
  std::optional<int64_t> seed() const override {
    if constexpr (requires(const C& c) { c.seed; }) {
      return this->config_.seed;
    } else {
      return std::nullopt;
    }
  }
  bool is_random() const override {
    return requires(const C& c) { c.seed; };
  }
};

// -- What Draw uses -------------------------------------------------------------------------------

// Uniform numbers in [low, high), one an image: (batch, 1, 1, 1), in the images' dtype.
ir::Value DrawEach(ir::Value key, const ir::Type& images, double low, double high);
// Whether to act, one an image: true with a probability that is itself drawn from the range.
template <int kLow, int kHigh>
ir::Value DrawChances(ir::Value key, const ir::Type& images, const Factor<kLow, kHigh>& factor);
ir::Value DrawChances(ir::Value key, const ir::Type& images, double low, double high);
// x as one of `from` becomes one of `to`.
ir::Value ChangeRange(ir::Value x, ValueRange from, ValueRange to);
// Held within the range.
ir::Value ClipTo(ir::Value x, ValueRange range);

template <int kLow, int kHigh>
ir::Value DrawChances(ir::Value key, const ir::Type& images, const Factor<kLow, kHigh>& factor) {
  return DrawChances(key, images, factor.low(), factor.high());
}

}  // namespace tricorn::keras
