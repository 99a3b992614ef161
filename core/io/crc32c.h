#pragma once

#include <cstdint>
#include <string_view>

namespace tricorn {

// The CRC of Castagnoli's polynomial (iSCSI's), as TFRecord files and LevelDB use it.
uint32_t Crc32c(std::string_view bytes);

// TFRecord's form, which a CRC over bytes that hold CRCs needs: rotated, plus a constant.
uint32_t MaskedCrc32c(std::string_view bytes);

}  // namespace tricorn
