#include "core/base/status.h"
#include "core/keras/saving/keras_file.h"
#include "tests/conformance/runners.h"

namespace tricorn::conformance {

// Loads `model` and writes saved.keras beside it, with the optimizer's state, for real Keras to
// open.
absl::Status RunRoundTrip(const Case& test, backend::Device&) {
  Env& env = Env::Posix();
  ASSIGN_OR_RETURN(const keras::LoadedModel loaded, keras::Load(env, test.Path(test["model"])));
  const absl::Time date_saved = absl::FromUnixSeconds(1'700'000'000);
  return keras::Save(env, test.Path("saved.keras"), *loaded.model, date_saved, loaded.optimizer);
}

}  // namespace tricorn::conformance
