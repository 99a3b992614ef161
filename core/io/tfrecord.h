#pragma once

#include <string>
#include <string_view>

namespace tricorn {

// A record as TFRecord files hold it: length, masked CRC of the length, bytes, masked CRC of them.
std::string TfRecord(std::string_view bytes);

}  // namespace tricorn
