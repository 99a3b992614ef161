// The shared object: a worker started with --plugin-dir loads it from that directory.

#include "client/examples/custom_parts.h"
#include "core/keras/plugins/plugin.h"

TRICORN_PLUGIN(objects) { examples::AddCustomParts(objects); }
