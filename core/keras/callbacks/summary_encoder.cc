#include "core/keras/callbacks/summary_encoder.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

namespace tricorn::keras {
namespace {

constexpr int kBuckets = 30;

enum DataType : uint64_t { kFloat = 1, kDouble = 2, kString = 7, kInt32 = 3 };
enum DataClass : uint64_t { kScalarClass = 1, kTensorClass = 2 };

// A message being written, field by field.
class Message {
 public:
  Message& Varint(int field, uint64_t value) {
    Key(field, 0);
    AppendVarint(value);
    return *this;
  }
  Message& Double(int field, double value) {
    Key(field, 1);
    return Raw(&value, sizeof(value));
  }
  Message& Bytes(int field, std::string_view value) {
    Key(field, 2);
    AppendVarint(value.size());
    bytes_ += value;
    return *this;
  }
  template <typename T>
  Message& Packed(int field, const std::vector<T>& values) {
    return Bytes(field, {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)});
  }
  Message& Nested(int field, const Message& message) { return Bytes(field, message.bytes_); }
  const std::string& bytes() const { return bytes_; }

 private:
  void Key(int field, uint64_t wire_type) {
    AppendVarint(static_cast<uint64_t>(field) << 3 | wire_type);
  }
  void AppendVarint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }
  Message& Raw(const void* data, size_t nbytes) {
    bytes_.append(static_cast<const char*>(data), nbytes);
    return *this;
  }

  std::string bytes_;
};

Message ShapeOf(const std::vector<int64_t>& dims) {
  Message shape;
  for (const int64_t dim : dims) {
    shape.Nested(2, Message().Varint(1, static_cast<uint64_t>(dim)));
  }
  return shape;
}

Message Metadata(std::string_view plugin, DataClass data_class) {
  Message metadata;
  metadata.Nested(1, Message().Bytes(1, plugin));
  if (data_class != 0) metadata.Varint(4, data_class);
  return metadata;
}

std::string Event(double wall_time, int64_t step, std::string_view tag, const Message& tensor,
                  const Message& metadata) {
  const Message value = Message().Bytes(1, tag).Nested(8, tensor).Nested(9, metadata);
  return Message()
      .Double(1, wall_time)
      .Varint(2, static_cast<uint64_t>(step))
      .Nested(5, Message().Nested(1, value))
      .bytes();
}

// [left, right, count] of each bucket.
std::vector<double> Buckets(const Tensor& tensor) {
  std::vector<double> values;
  for (int64_t i = 0; i < tensor.num_elements(); ++i) {
    if (std::isfinite(tensor.At(i))) values.push_back(tensor.At(i));
  }
  if (values.empty()) return {};
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const double low = *least;
  const double high = *most;
  // All values alike: as TensorFlow, one bucket has them and the others are empty.
  if (low == high) {
    std::vector<double> buckets;
    for (int i = 0; i < kBuckets; ++i) {
      const double count = i == kBuckets - 1 ? static_cast<double>(values.size()) : 0;
      buckets.insert(buckets.end(), {low - 0.5, low + 0.5, count});
    }
    return buckets;
  }
  const double width = (high - low) / kBuckets;
  std::vector<double> counts(kBuckets, 0);
  for (const double value : values) {
    const auto at = static_cast<size_t>(std::floor((value - low) / width));
    counts[std::min<size_t>(at, kBuckets - 1)] += 1;
  }
  std::vector<double> buckets;
  for (int i = 0; i < kBuckets; ++i) {
    const double right = i == kBuckets - 1 ? high : low + width * (i + 1);
    buckets.insert(buckets.end(), {low + width * i, right, counts[static_cast<size_t>(i)]});
  }
  return buckets;
}

}  // namespace

std::string VersionEvent(double wall_time) {
  return Message().Double(1, wall_time).Bytes(3, "brain.Event:2").bytes();
}

std::string ScalarEvent(double wall_time, int64_t step, std::string_view tag, double value) {
  const Message tensor = Message()
                             .Varint(1, kFloat)
                             .Nested(2, Message())
                             .Packed(5, std::vector<float>{static_cast<float>(value)});
  return Event(wall_time, step, tag, tensor, Metadata("scalars", kScalarClass));
}

std::string HistogramEvent(double wall_time, int64_t step, std::string_view tag,
                           const Tensor& values) {
  const std::vector<double> buckets = Buckets(values);
  const Message tensor = Message()
                             .Varint(1, kDouble)
                             .Nested(2, ShapeOf({static_cast<int64_t>(buckets.size() / 3), 3}))
                             .Packed(6, buckets);
  return Event(wall_time, step, tag, tensor, Metadata("histograms", kTensorClass));
}

std::string ModelGraphEvent(double wall_time, std::string_view tag, std::string_view model_json) {
  const Message tensor = Message().Varint(1, kString).Nested(2, Message()).Bytes(8, model_json);
  return Event(wall_time, 0, tag, tensor, Metadata("graph_keras_model", DataClass(0)));
}

}  // namespace tricorn::keras
