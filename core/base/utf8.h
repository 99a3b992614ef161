#pragma once

#include <string>
#include <string_view>

namespace tricorn {

// Text from outside on its way into protobuf's strings: a message with one that is not UTF-8 can be
// written, but not read again.

// The longest beginning of `text` of at most `max_bytes` that cuts no character.
std::string_view Utf8Prefix(std::string_view text, size_t max_bytes);

// `text` with U+FFFD in the place of each byte that belongs to no character.
std::string ValidUtf8(std::string_view text);

}  // namespace tricorn
