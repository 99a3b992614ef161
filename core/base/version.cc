#include "core/base/version.h"

namespace tricorn {

std::string_view Version() { return TRICORN_VERSION; }

}  // namespace tricorn
