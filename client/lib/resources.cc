#include "client/lib/resources.h"

#include "client/lib/json_time.h"
#include "core/base/json_fields.h"

namespace tricorn::client {

Json ToJson(const ServerInfo& info) {
  return Json::MakeObject({{"version", info.version},
                           {"http_address", info.http_address},
                           {"cluster_id", info.cluster_id},
                           {"max_message_bytes", info.max_message_bytes},
                           {"max_blob_bytes", info.max_blob_bytes},
                           {"start_time", JsonTime(info.start_time)}});
}

Json ToJson(const Worker& worker) {
  return Json::MakeObject({{"name", worker.name},
                           {"state", worker.state},
                           {"address", worker.address},
                           {"host_id", worker.host_id},
                           {"version", worker.version},
                           {"backends", tricorn::ToJson(worker.backends)},
                           {"slots", worker.slots},
                           {"predictor_slots", worker.predictor_slots},
                           {"threads", worker.threads},
                           {"gpus", worker.gpus},
                           {"memory_bytes", worker.memory_bytes},
                           {"assignments", tricorn::ToJson(worker.assignments)},
                           {"heartbeat_time", JsonTime(worker.heartbeat_time)}});
}

Json ToJson(const Model& model) {
  return Json::MakeObject({{"name", model.name},
                           {"latest_version", model.latest_version},
                           {"create_time", JsonTime(model.create_time)},
                           {"update_time", JsonTime(model.update_time)}});
}

Json ToJson(const ModelVersion& version) {
  return Json::MakeObject({{"name", version.name},
                           {"blob", version.blob},
                           {"size_bytes", version.size_bytes},
                           {"source_job", version.source_job},
                           {"metrics", ToJson(version.metrics)},
                           {"create_time", JsonTime(version.create_time)}});
}

Json ToJson(const DatasetInfo& dataset) {
  return Json::MakeObject({{"name", dataset.name},
                           {"format", dataset.format},
                           {"size_bytes", dataset.size_bytes},
                           {"files", tricorn::ToJson(dataset.files)},
                           {"create_time", JsonTime(dataset.create_time)}});
}

Json ToJson(const Deployment& deployment) {
  return Json::MakeObject({{"name", deployment.name},
                           {"model_version", deployment.model_version},
                           {"state", deployment.state},
                           {"pending_reason", deployment.pending_reason},
                           {"failure", deployment.failure},
                           {"replicas", deployment.replicas},
                           {"ready_replicas", deployment.ready_replicas},
                           {"on_demand", deployment.on_demand},
                           {"create_time", JsonTime(deployment.create_time)}});
}

}  // namespace tricorn::client
