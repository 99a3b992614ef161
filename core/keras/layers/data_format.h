#pragma once

#include "core/ir/builder.h"
#include "core/keras/layers/enum_json.h"
#include "core/keras/layers/symbolic_type.h"
#include "core/keras/settings/settings.h"

namespace tricorn::keras {

// The format of layers that name none.
inline DataFormat DefaultDataFormat() { return CurrentSettings().image_data_format; }

inline constexpr std::array<std::string_view, 2> kDataFormatNames = {"channels_last",
                                                                     "channels_first"};
inline Json ToJson(DataFormat format) { return EnumToJson(format, kDataFormatNames); }
inline absl::Status FromJson(const Json& json, DataFormat* out) {
  if (json.is_null()) {
    *out = DefaultDataFormat();
    return absl::OkStatus();
  }
  return EnumFromJson(json, kDataFormatNames, out);
}

// The axis of the channels, the first spatial axis.
inline int ChannelAxis(DataFormat format, int rank) {
  return format == DataFormat::kChannelsLast ? rank - 1 : 1;
}
inline int FirstSpatialAxis(DataFormat format) {
  return format == DataFormat::kChannelsLast ? 1 : 2;
}

// x in the format (batch, spatial..., channels) that ops take, and back.
ir::Value ToChannelsLast(ir::Value x, DataFormat format);
ir::Value FromChannelsLast(ir::Value x, DataFormat format);

}  // namespace tricorn::keras
