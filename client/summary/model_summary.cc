#include "client/summary/model_summary.h"

#include <memory>

#include "client/summary/sandbox.h"
#include "core/base/env.h"
#include "core/base/fields.h"
#include "core/base/json_fields.h"
#include "core/base/status.h"
#include "core/keras/saving/keras_file.h"

namespace tricorn::client {
namespace {

// How the child tells.
struct Reply {
  std::string name;
  std::string table;
  int64_t total_params = 0;
  int64_t trainable_params = 0;
  FIELDS(name, table, total_params, trainable_params)
};

absl::StatusOr<std::shared_ptr<keras::Model>> LoadModel(const std::string& bytes) {
  if (bytes.starts_with("PK")) {
    ASSIGN_OR_RETURN(keras::LoadedModel loaded, keras::LoadBytes(bytes));
    return loaded.model;
  }
  ASSIGN_OR_RETURN(const Json json, Json::Parse(bytes));
  return keras::ModelFromJson(json);
}

int64_t CountParams(const std::vector<keras::Variable*>& variables) {
  int64_t count = 0;
  for (const keras::Variable* variable : variables) count += variable->type.num_elements();
  return count;
}

absl::StatusOr<std::string> Summarize(const std::string& path, int line_length) {
  ASSIGN_OR_RETURN(const std::string bytes, Env::Posix().ReadFile(path));
  const auto loaded = LoadModel(bytes);
  // A class that is not found is a matter of the file's content; NotFound is for the file.
  if (absl::IsNotFound(loaded.status())) {
    return absl::InvalidArgumentError(loaded.status().message());
  }
  RETURN_IF_ERROR(loaded.status());
  keras::Model* const model = loaded->get();
  RETURN_IF_ERROR(model->status());
  const Reply reply = {.name = model->name(),
                       .table = model->Summary({.line_length = line_length}),
                       .total_params = CountParams(model->weights()),
                       .trainable_params = CountParams(model->trainable_weights())};
  return ToJson(reply).Dump();
}

}  // namespace

absl::StatusOr<ModelSummary> SummarizeModelFile(const std::string& path, int line_length) {
  // Said before forking, without the path twice.
  RETURN_IF_ERROR(Env::Posix().NewRandomAccessFile(path).status());
  ASSIGN_OR_RETURN(const std::string text,
                   RunSandboxed(path, {}, [&] { return Summarize(path, line_length); }));
  Reply reply;
  ASSIGN_OR_RETURN(const Json json, Json::Parse(text));
  RETURN_IF_ERROR(FromJson(json, &reply));
  return ModelSummary{reply.name, reply.table, reply.total_params, reply.trainable_params};
}

}  // namespace tricorn::client
