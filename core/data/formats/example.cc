#include "core/data/formats/example.h"

#include <cstdint>
#include <cstring>

#include "core/base/status.h"

namespace tricorn {
namespace {

// The fields of a message, one after the other.
class MessageReader {
 public:
  enum WireType : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

  explicit MessageReader(std::string_view message) : rest_(message) {}

  bool done() const { return rest_.empty(); }

  // Moves to the next field. Its value is then in bytes() (kBytes, fixed sizes) or number().
  absl::Status Next() {
    RETURN_IF_ERROR(ReadVarint(&number_));
    field_ = number_ >> 3;
    type_ = static_cast<uint8_t>(number_ & 7);
    if (field_ == 0) return InvalidArgument("Example: expected a field, received number 0");
    switch (type_) {
      case kVarint:
        return ReadVarint(&number_);
      case kFixed64:
        return Take(8);
      case kFixed32:
        return Take(4);
      case kBytes:
        RETURN_IF_ERROR(ReadVarint(&number_));
        return Take(number_);
      default:
        return InvalidArgument("Example: expected wire type 0, 1, 2 or 5, received {}", int{type_});
    }
  }
  bool Is(uint64_t field, WireType type) const { return field_ == field && type_ == type; }
  std::string_view bytes() const { return bytes_; }
  uint64_t number() const { return number_; }

  absl::Status ReadVarint(uint64_t* value) {
    *value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) return InvalidArgument("Example: expected a number, received its end");
      const auto byte = static_cast<uint8_t>(rest_[0]);
      rest_.remove_prefix(1);
      *value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return absl::OkStatus();
    }
    return InvalidArgument("Example: expected a number of at most 10 bytes, received more");
  }

 private:
  absl::Status Take(uint64_t nbytes) {
    if (nbytes > rest_.size()) {
      return InvalidArgument("Example: expected {} bytes, received {}", nbytes, rest_.size());
    }
    bytes_ = rest_.substr(0, nbytes);
    rest_.remove_prefix(nbytes);
    return absl::OkStatus();
  }

  std::string_view rest_;
  uint64_t field_ = 0;
  uint8_t type_ = 0;
  uint64_t number_ = 0;
  std::string_view bytes_;
};

absl::Status AppendFloats(std::string_view bytes, std::vector<float>& floats) {
  if (bytes.size() % sizeof(float) != 0) {
    return InvalidArgument("Example: expected whole floats, received {} bytes", bytes.size());
  }
  const size_t count = floats.size();
  floats.resize(count + bytes.size() / sizeof(float));
  if (!bytes.empty()) std::memcpy(floats.data() + count, bytes.data(), bytes.size());
  return absl::OkStatus();
}

absl::StatusOr<FeatureValues> ParseBytesList(MessageReader list) {
  std::vector<std::string_view> values;
  while (!list.done()) {
    RETURN_IF_ERROR(list.Next());
    if (list.Is(1, MessageReader::kBytes)) values.push_back(list.bytes());
  }
  return values;
}

absl::StatusOr<FeatureValues> ParseFloatList(MessageReader list) {
  std::vector<float> values;
  while (!list.done()) {
    RETURN_IF_ERROR(list.Next());
    if (list.Is(1, MessageReader::kBytes) || list.Is(1, MessageReader::kFixed32)) {
      RETURN_IF_ERROR(AppendFloats(list.bytes(), values));
    }
  }
  return values;
}

absl::StatusOr<FeatureValues> ParseInt64List(MessageReader list) {
  std::vector<int64_t> values;
  while (!list.done()) {
    RETURN_IF_ERROR(list.Next());
    if (list.Is(1, MessageReader::kVarint)) values.push_back(static_cast<int64_t>(list.number()));
    if (!list.Is(1, MessageReader::kBytes)) continue;
    MessageReader packed(list.bytes());
    while (!packed.done()) {
      uint64_t value = 0;
      RETURN_IF_ERROR(packed.ReadVarint(&value));
      values.push_back(static_cast<int64_t>(value));
    }
  }
  return values;
}

// One of bytes_list (1), float_list (2) and int64_list (3); none counts as no bytes.
absl::StatusOr<FeatureValues> ParseFeature(MessageReader feature) {
  FeatureValues values;
  while (!feature.done()) {
    RETURN_IF_ERROR(feature.Next());
    if (feature.Is(1, MessageReader::kBytes)) {
      ASSIGN_OR_RETURN(values, ParseBytesList(MessageReader(feature.bytes())));
    } else if (feature.Is(2, MessageReader::kBytes)) {
      ASSIGN_OR_RETURN(values, ParseFloatList(MessageReader(feature.bytes())));
    } else if (feature.Is(3, MessageReader::kBytes)) {
      ASSIGN_OR_RETURN(values, ParseInt64List(MessageReader(feature.bytes())));
    }
  }
  return values;
}

// A map's entry: key (1), value (2).
absl::Status ParseEntry(MessageReader entry, Example& example) {
  std::string_view name, feature;
  while (!entry.done()) {
    RETURN_IF_ERROR(entry.Next());
    if (entry.Is(1, MessageReader::kBytes)) name = entry.bytes();
    if (entry.Is(2, MessageReader::kBytes)) feature = entry.bytes();
  }
  ASSIGN_OR_RETURN(FeatureValues values, ParseFeature(MessageReader(feature)));
  example.features.emplace_back(name, std::move(values));
  return absl::OkStatus();
}

}  // namespace

const FeatureValues* Example::Find(std::string_view name) const {
  for (size_t i = features.size(); i-- > 0;) {
    if (features[i].first == name) return &features[i].second;
  }
  return nullptr;
}

absl::StatusOr<Example> ParseExample(std::string_view record) {
  Example example;
  MessageReader message(record);
  while (!message.done()) {
    RETURN_IF_ERROR(message.Next());
    if (!message.Is(1, MessageReader::kBytes)) continue;
    MessageReader features(message.bytes());
    while (!features.done()) {
      RETURN_IF_ERROR(features.Next());
      if (features.Is(1, MessageReader::kBytes)) {
        RETURN_IF_ERROR(ParseEntry(MessageReader(features.bytes()), example));
      }
    }
  }
  return example;
}

}  // namespace tricorn
