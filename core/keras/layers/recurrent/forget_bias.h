#pragma once

#include "core/keras/initializers/initializer.h"

namespace tricorn::keras {

// `rest` for a bias of four gates, its second quarter ones if `unit_forget_bias`, so that an LSTM
// begins with remembering.
InitializerRef BiasInitializer(const InitializerRef& rest, bool unit_forget_bias);

}  // namespace tricorn::keras
