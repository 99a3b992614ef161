#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/lib/job.h"
#include "core/base/json.h"
#include "core/tensor/tensor.h"

// What the coordinator keeps beside jobs; the messages of proto/tricorn/v1 have the contracts.

namespace tricorn::client {

struct ServerInfo {
  std::string version;
  std::string http_address;  // host:port of status page and /metrics; empty when off
  std::string cluster_id;
  int64_t max_message_bytes = 0;
  int64_t max_blob_bytes = 0;
  std::optional<absl::Time> start_time;
};

struct Worker {
  std::string name;   // `workers/{worker}`
  std::string state;  // "ready", "draining", "lost"
  std::string address;
  std::string host_id;
  std::string version;
  std::vector<std::string> backends;
  int slots = 0;
  int predictor_slots = 0;
  int threads = 0;
  int gpus = 0;
  int64_t memory_bytes = 0;
  std::vector<std::string> assignments;  // `jobs/{job}` and `deployments/{deployment}`
  std::optional<absl::Time> heartbeat_time;
};

struct Model {
  std::string name;            // `models/{model}`
  std::string latest_version;  // empty while there is none
  std::optional<absl::Time> create_time;
  std::optional<absl::Time> update_time;
};

struct ModelVersion {
  std::string name;  // `models/{model}/versions/{number}`
  std::string blob;  // `blobs/{sha256}` of the `.keras` archive
  int64_t size_bytes = 0;
  std::string source_job;  // empty when uploaded
  Logs metrics;
  std::optional<absl::Time> create_time;
};

struct DatasetInfo {
  std::string name;    // `datasets/{dataset}`
  std::string format;  // "npz", "npy", "idx", "csv"
  int64_t size_bytes = 0;
  std::vector<std::string> files;
  std::optional<absl::Time> create_time;
};

// A model kept loaded for prediction.
struct Deployment {
  std::string name;           // `deployments/{deployment}`
  std::string model_version;  // `models/{model}/versions/{number}`
  std::string state;          // "pending", "ready", "failed"
  std::string pending_reason;
  std::string failure;  // why it cannot be served, or what its last process ended with
  int replicas = 0;     // wanted
  int ready_replicas = 0;
  bool on_demand = false;  // made by a prediction; goes when idle, or with its model
  std::optional<absl::Time> create_time;
};

// The name may be left out where a model has one input.
struct NamedTensor {
  std::string name;
  Tensor tensor;
};

struct Prediction {
  std::vector<NamedTensor> outputs;  // as many rows as the inputs
  std::string model_version;         // that answered
};

Json ToJson(const ServerInfo& info);
Json ToJson(const Worker& worker);
Json ToJson(const Model& model);
Json ToJson(const ModelVersion& version);
Json ToJson(const DatasetInfo& dataset);
Json ToJson(const Deployment& deployment);

}  // namespace tricorn::client
