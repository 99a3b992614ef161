#pragma once

#include <map>
#include <set>
#include <string>

namespace tricorn::conformance {

// What Keras has beside the classes of registries, and this build too: names of functions and types
// by family of the list. Each is bound to the code that stands for it, so that a name goes with it.
std::map<std::string, std::set<std::string, std::less<>>, std::less<>> ApiNames();

}  // namespace tricorn::conformance
