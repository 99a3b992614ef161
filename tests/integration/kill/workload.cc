#include "tests/integration/kill/workload.h"

#include <map>
#include <utility>
#include <vector>

#include "core/base/env.h"
#include "core/base/sha256.h"
#include "core/base/status.h"
#include "core/io/keras_archive.h"
#include "core/io/npz.h"
#include "core/tensor/npy.h"

namespace tricorn::tests {
namespace {

constexpr int kShards = 4;
constexpr char kArithmetic[] = R"({"weights": 5000, "steps": 40, "step_ms": 4})";

absl::Status AddDataset(Cluster& cluster, v1::DatasetFormat format, const std::string& path,
                        const std::string& role, const std::string& content, v1::FitArgs& fit) {
  v1::Dataset& data = *fit.mutable_data()->mutable_dataset();
  data.set_format(format);
  v1::DatasetFile& file = *data.add_files();
  file.set_path(path);
  file.set_role(role);
  ASSIGN_OR_RETURN(*file.mutable_blob(), cluster.Upload(content));
  return absl::OkStatus();
}

absl::StatusOr<std::string> RandomImages(int64_t rows) {
  Tensor x(DType::kU8, Shape({rows, 28, 28, 1}));
  Tensor y(DType::kU8, Shape({rows}));
  uint32_t state = 1;
  auto next = [&] { return static_cast<uint8_t>((state = state * 1664525u + 1013904223u) >> 24); };
  for (int64_t i = 0; i < x.num_elements(); ++i) x.data<uint8_t>()[i] = next();
  for (int64_t i = 0; i < rows; ++i) y.data<uint8_t>()[i] = next() % 10;
  return WriteNpz({{"x", x}, {"y", y}});
}

v1::JobSpec CommonSpec(int epochs) {
  v1::JobSpec spec;
  spec.mutable_fit()->set_epochs(epochs);
  spec.mutable_fit()->set_seed(7);
  spec.mutable_resources()->set_min_workers(1);
  spec.mutable_resources()->set_max_workers(2);
  spec.mutable_resources()->set_threads_per_worker(1);
  spec.set_virtual_shards(kShards);
  spec.mutable_retry_policy()->mutable_backoff()->set_nanos(100'000'000);
  return spec;
}

}  // namespace

Workload ArithmeticWorkload() {
  Workload workload;
  workload.make_spec = [epochs = workload.epochs](Cluster& cluster) -> absl::StatusOr<v1::JobSpec> {
    v1::JobSpec spec = CommonSpec(epochs);
    ASSIGN_OR_RETURN(*spec.mutable_model()->mutable_blob(), cluster.Upload(kArithmetic));
    ASSIGN_OR_RETURN(const std::string npy, WriteNpy(Tensor(DType::kU8, Shape({8, 2}))));
    spec.mutable_fit()->set_batch_size(8);
    RETURN_IF_ERROR(
        AddDataset(cluster, v1::DATASET_FORMAT_NPY, "x.npy", "x", npy, *spec.mutable_fit()));
    return spec;
  };
  workload.digest = [](const std::string& result) -> absl::StatusOr<std::string> {
    return Sha256Hex(result);
  };
  return workload;
}

Workload KerasWorkload(const std::string& archive_path) {
  Workload workload;
  workload.make_spec = [archive_path,
                        epochs = workload.epochs](Cluster& cluster) -> absl::StatusOr<v1::JobSpec> {
    v1::JobSpec spec = CommonSpec(epochs);
    ASSIGN_OR_RETURN(const std::string archive, Env::Posix().ReadFile(archive_path));
    ASSIGN_OR_RETURN(*spec.mutable_model()->mutable_blob(), cluster.Upload(archive));
    ASSIGN_OR_RETURN(const std::string npz, RandomImages(/*rows=*/400));
    spec.mutable_fit()->set_batch_size(60);
    spec.mutable_fit()->set_validation_split(0.1);
    spec.mutable_checkpoint_policy()->set_every_steps(4);  // of 6 an epoch
    RETURN_IF_ERROR(
        AddDataset(cluster, v1::DATASET_FORMAT_NPZ, "images.npz", "", npz, *spec.mutable_fit()));
    return spec;
  };
  workload.digest = [](const std::string& result) -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(KerasArchive archive, ParseKerasArchive(result));
    archive.metadata = Json();  // the date
    ASSIGN_OR_RETURN(const std::string bytes, SerializeKerasArchive(archive));
    return Sha256Hex(bytes);
  };
  return workload;
}

}  // namespace tricorn::tests
