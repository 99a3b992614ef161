#include "client/cli/job_arguments.h"

#include <CLI/CLI.hpp>
#include <climits>
#include <filesystem>
#include <utility>

#include "core/base/env.h"
#include "core/base/status.h"
#include "core/data/formats/image_folder.h"

namespace tricorn::cli {
namespace {

bool IsFile(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

absl::Status MustExist(const std::string& path) {
  if (IsFile(path)) return absl::OkStatus();
  return NotFound("{}: no such file", path);
}

}  // namespace

std::string FormatOf(const std::string& path) {
  for (const char* format : {"npz", "npy", "csv", "tfrecord"}) {
    if (path.ends_with(std::string(".") + format)) return format;
  }
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored) ? "image_folder" : "idx";
}

void DataArguments::AddTo(CLI::App& command) {
  const std::string of = prefix_.empty() ? "training" : "validation";
  const std::string group = prefix_.empty() ? "Data" : "Validation data";
  command
      .add_option("--" + prefix_ + "data", data_,
                  "A stored dataset's name, an .npz of arrays x and y, a .csv, a .tfrecord, or a "
                  "folder of images in a folder a class")
      ->group(group);
  command
      .add_option("--" + prefix_ + "x", x_,
                  "Inputs: .npy or IDX file (gzipped or not); INPUT=FILE for a model of several")
      ->group(group);
  command.add_option("--" + prefix_ + "y", y_, "Targets, as --" + prefix_ + "x")->group(group);
  command.add_option("--" + prefix_ + "sample-weight", sample_weight_, "A weight per sample")
      ->group(group);
  command
      .add_option("--" + prefix_ + "data-options", options_,
                  R"(JSON about the data: .csv {"y": ["label"]}, images {"image_size": [64, 64]})")
      ->group(group);
}

absl::StatusOr<client::DataSource> DataArguments::Source() const {
  if (!data_.empty() && (!x_.empty() || !y_.empty())) {
    return InvalidArgument("--{0}data: expected either it or --{0}x, received both", prefix_);
  }
  if (data_.empty() && x_.empty()) {
    return InvalidArgument("expected --{0}data or --{0}x, received neither", prefix_);
  }
  const bool is_path = data_.find('/') != data_.npos && !data_.starts_with("datasets/");
  if (!data_.empty() && !is_path && !IsFile(data_) && FormatOf(data_) == "idx") {
    return client::DataSource::Stored(data_);
  }
  ASSIGN_OR_RETURN(DatasetSpec spec, Spec());
  return client::DataSource::Files(std::move(spec));
}

absl::StatusOr<DatasetSpec> DataArguments::Spec() const {
  DatasetSpec spec;
  const auto add = [&](const std::string& argument, const std::string& role) -> absl::Status {
    const size_t equals = IsFile(argument) ? argument.npos : argument.find('=');
    const std::string path = equals == argument.npos ? argument : argument.substr(equals + 1);
    RETURN_IF_ERROR(MustExist(path));
    const std::string format = FormatOf(path);
    if (!spec.format.empty() && spec.format != format) {
      return InvalidArgument("{}: expected {}, as the other files are, received {}", path,
                             spec.format, format);
    }
    spec.format = format;
    spec.files.push_back(
        {path, equals == argument.npos ? role : role + "/" + argument.substr(0, equals)});
    return absl::OkStatus();
  };
  if (!data_.empty() && FormatOf(data_) == "image_folder") {
    ASSIGN_OR_RETURN(spec, ListImageFolder(Env::Posix(), data_));
  } else if (!data_.empty()) {
    RETURN_IF_ERROR(add(data_, ""));
    if (spec.format == "npy" || spec.format == "idx") {
      return InvalidArgument(
          "--{}data {}: expected .npz, .csv, .tfrecord or a folder of images, received {}", prefix_,
          data_, spec.format);
    }
  }
  for (const std::string& x : x_) RETURN_IF_ERROR(add(x, "x"));
  for (const std::string& y : y_) RETURN_IF_ERROR(add(y, "y"));
  if (!sample_weight_.empty()) RETURN_IF_ERROR(add(sample_weight_, "sample_weight"));
  if (!options_.empty()) {
    auto options = Json::Parse(options_);
    if (!options.ok()) return WithSubject(options.status(), "--" + prefix_ + "data-options");
    spec.options = *std::move(options);
  }
  return spec;
}

absl::StatusOr<client::ModelSource> ModelArgument(const std::string& model) {
  if (model.starts_with("models/")) return client::ModelSource::Stored(model);
  if (IsFile(model)) return client::ModelSource::File(model);
  if (model.find('/') != model.npos || model.ends_with(".keras") || model.ends_with(".json")) {
    return MustExist(model);
  }
  return client::ModelSource::Stored(model);
}

void JobArguments::AddTo(CLI::App& command) {
  constexpr const char* kGroup = "Job";
  command.add_option("--workers", job.workers, "Worker processes that share each batch")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str()
      ->group(kGroup);
  command.add_option("--threads", job.threads, "Threads a worker; 0: what it has for a process")
      ->check(CLI::Range(0, INT_MAX))
      ->capture_default_str()
      ->group(kGroup);
  command.add_option("--job-id", job.job_id, "The job's name [one is made]")->group(kGroup);
  command
      .add_option("--virtual-shards", job.virtual_shards,
                  "Parts of each batch, which decide the result's bits; 0: as many as workers")
      ->check(CLI::Range(0, INT_MAX))
      ->capture_default_str()
      ->group(kGroup);
  command
      .add_flag("--fast", fast,
                "Sum gradients the fastest way, not the repeatable one; the same on CPUs")
      ->group(kGroup);
  command.add_option("--priority", job.priority, "Higher goes first")
      ->capture_default_str()
      ->group(kGroup);
  command.add_option("--queue", job.queue, "Queues share the cluster evenly")->group(kGroup);
  command
      .add_option("--compile", compile_config,
                  "Keras's compile config as JSON or @FILE, instead of the saved one")
      ->group(kGroup);
  command
      .add_option("--request-id", request_id,
                  "The same one again, with the same payload, is the same job")
      ->group(kGroup);
}

absl::StatusOr<client::JobOptions> JobArguments::Options() const {
  client::JobOptions options = job;
  options.exact = !fast;
  options.compile_config_json = compile_config;
  if (compile_config.starts_with("@")) {
    ASSIGN_OR_RETURN(options.compile_config_json, Env::Posix().ReadFile(compile_config.substr(1)));
  }
  return options;
}

}  // namespace tricorn::cli
