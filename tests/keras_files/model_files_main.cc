// model_files COMMAND ...: files of models, from one form to another.

#include <cstdio>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "core/base/status.h"
#include "core/keras/plotting/plot_model.h"
#include "core/keras/saving/clone_model.h"
#include "core/keras/saving/keras_file.h"
#include "core/keras/saving/weights_file.h"

namespace tricorn::keras {
namespace {

constexpr char kUsage[] =
    "model_files convert MODEL OUT            a whole model, .keras, .h5 or directory/\n"
    "model_files save-weights MODEL OUT [GIB]\n"
    "model_files load-weights MODEL WEIGHTS OUT [skip|by-name]\n"
    "model_files clone MODEL OUT              weights copied over\n"
    "model_files summary MODEL [expand] [trainable]\n"
    "model_files dot MODEL                    and: svg MODEL\n";

using Arguments = std::vector<std::string>;

bool Has(const Arguments& arguments, std::string_view word) {
  for (const std::string& argument : arguments) {
    if (argument == word) return true;
  }
  return false;
}

absl::Status Run(const Arguments& arguments) {
  Env& env = Env::Posix();
  if (arguments.size() < 2) return InvalidArgument("{}", kUsage);
  const std::string& command = arguments[0];
  ASSIGN_OR_RETURN(const LoadedModel loaded, Load(env, arguments[1]));
  Model& model = *loaded.model;
  if (command == "summary") {
    std::fputs(model
                   .Summary({.expand_nested = Has(arguments, "expand"),
                             .show_trainable = Has(arguments, "trainable")})
                   .c_str(),
               stdout);
    return absl::OkStatus();
  }
  if (command == "dot" || command == "svg") {
    const PlotOptions options = {.show_shapes = true, .expand_nested = true};
    ASSIGN_OR_RETURN(const std::string text,
                     command == "dot" ? ModelToDot(model, options) : ModelToSvg(model, options));
    std::fputs(text.c_str(), stdout);
    return absl::OkStatus();
  }
  if (arguments.size() < 3) return InvalidArgument("{}", kUsage);
  const std::string& out = arguments[2];
  if (command == "convert" && out.ends_with('/')) {
    return SaveUnzipped(env, out.substr(0, out.size() - 1), model, absl::Now(), loaded.optimizer);
  }
  if (command == "convert") return Save(env, out, model, absl::Now(), loaded.optimizer);
  if (command == "save-weights") {
    SaveWeightsOptions options = {.optimizer = loaded.optimizer};
    if (arguments.size() > 3) options.max_shard_gib = std::stod(arguments[3]);
    return SaveWeights(env, out, model, options);
  }
  if (command == "clone") {
    ASSIGN_OR_RETURN(const std::shared_ptr<Model> clone, CloneModel(model, {.recursive = true}));
    RETURN_IF_ERROR(clone->SetWeights(model.GetWeights()));
    return Save(env, out, *clone, absl::Now());
  }
  if (command == "load-weights" && arguments.size() > 3) {
    LoadWeightsOptions options;
    if (Has(arguments, "skip")) options.mismatch = Mismatch::kSkip;
    options.by_name = Has(arguments, "by-name");
    ASSIGN_OR_RETURN(LoadedWeights weights, LoadWeights(env, arguments[2], model, options));
    for (const std::string& skipped : weights.skipped) std::printf("skipped %s\n", skipped.c_str());
    return Save(env, arguments[3], model, absl::Now(), weights.optimizer);
  }
  return InvalidArgument("{}", kUsage);
}

}  // namespace
}  // namespace tricorn::keras

int main(int argc, char** argv) {
  const absl::Status status = tricorn::keras::Run({argv + 1, argv + argc});
  if (!status.ok()) std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return status.ok() ? 0 : 1;
}
