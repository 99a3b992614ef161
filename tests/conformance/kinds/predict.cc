#include "core/base/status.h"
#include "core/io/npz.h"
#include "core/keras/saving/keras_file.h"
#include "core/keras/training/predictor.h"
#include "tests/conformance/expect_close.h"
#include "tests/conformance/runners.h"

namespace tricorn::conformance {
namespace {

constexpr int kThreads = 2;

}  // namespace

// Loads `model`, with the weights that the archive holds, and compares its predictions of `inputs`,
// which it leaves in predictions.npz.
absl::Status RunPredict(const Case& test, backend::Device& device) {
  ASSIGN_OR_RETURN(const keras::LoadedModel loaded,
                   keras::Load(Env::Posix(), test.Path(test["model"])));
  std::vector<Tensor> inputs;
  for (const Json& name : test["inputs"].AsArray()) {
    ASSIGN_OR_RETURN(inputs.emplace_back(), test.Array(name));
  }
  keras::Predictor predictor(*loaded.model, device, kThreads);
  ASSIGN_OR_RETURN(const std::vector<Tensor> outputs, predictor.Predict(inputs));
  const Json::Array& names = test["outputs"].AsArray();
  if (names.size() != outputs.size()) {
    return Internal("outputs: expected {}, received {}", names.size(), outputs.size());
  }
  std::map<std::string, Tensor> predictions;
  for (size_t i = 0; i < names.size(); ++i) {
    const bool bfloat16 = outputs[i].dtype() == DType::kBF16;  // which NumPy lacks
    predictions[names[i].AsString()] = bfloat16 ? outputs[i].Cast(DType::kF32) : outputs[i];
  }
  ASSIGN_OR_RETURN(const std::string bytes, WriteNpz(predictions));
  RETURN_IF_ERROR(Env::Posix().WriteFileAtomically(test.Path("predictions.npz"), bytes));
  for (size_t i = 0; i < names.size(); ++i) {
    RETURN_IF_ERROR(ExpectClose(test, fmt::format("output {}", i), outputs[i], names[i]));
  }
  return absl::OkStatus();
}

}  // namespace tricorn::conformance
