#pragma once

#include <string>
#include <vector>

#include "core/tensor/shape.h"

namespace tricorn {

// An array of byte strings of any lengths, row-major. It lives on the host: no device computes with
// strings.
struct StringTensor {
  Shape shape;
  std::vector<std::string> values;  // as many as the shape has elements

  bool operator==(const StringTensor&) const = default;
};

}  // namespace tricorn
