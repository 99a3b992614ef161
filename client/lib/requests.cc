#include "client/lib/requests.h"

#include <utility>

namespace tricorn::client {

ModelSource ModelSource::Stored(std::string name) { return {Kind::kStored, std::move(name)}; }
ModelSource ModelSource::File(std::string path) { return {Kind::kFile, std::move(path)}; }
ModelSource ModelSource::Bytes(std::string bytes) { return {Kind::kBytes, std::move(bytes)}; }

DataSource DataSource::Stored(std::string name) { return {std::move(name), {}}; }
DataSource DataSource::Files(DatasetSpec spec) { return {{}, std::move(spec)}; }

}  // namespace tricorn::client
