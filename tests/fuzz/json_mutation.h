#pragma once

#include <random>
#include <string>
#include <string_view>

#include "core/base/json.h"

namespace tricorn::fuzz {

using Generator = std::minstd_rand;

// `json` with a few of its values changed: numbers made hostile, values of another kind, parts
// left out, repeated, or taken from elsewhere in `donor`, member for member of one name where
// there is one. Mutating bytes instead would leave hardly any input that parses.
Json Mutated(Json json, const Json& donor, Generator& random);

// The same for text, at most `max_size` bytes; empty when `text` is no JSON or the result is
// larger.
std::string MutatedText(std::string_view text, std::string_view donor, size_t max_size,
                        Generator& random);

}  // namespace tricorn::fuzz
