#pragma once

#include <string_view>

namespace tricorn {

// Semantic version of the programs: the project's version in CMakeLists.txt.
std::string_view Version();

}  // namespace tricorn
