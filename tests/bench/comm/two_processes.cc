#include "tests/bench/comm/two_processes.h"

#include "core/base/status.h"
#include "core/comm/factory/create_communicator.h"
#include "core/comm/file_store.h"

namespace tricorn::bench {
namespace {

struct Order {
  int64_t count;
  int64_t times;  // 0: end
};

absl::StatusOr<std::unique_ptr<comm::Communicator>> Connect(int rank, const std::string& host_id,
                                                            const std::string& directory) {
  comm::FileStore store(Env::Posix(), directory);
  comm::CommunicatorOptions options;
  options.rank = rank;
  options.size = 2;
  options.shards = {rank, rank + 1};
  options.total_shards = 2;
  options.host_id = host_id;
  options.store = &store;
  return comm::CreateCommunicator(options);
}

absl::Status Sum(comm::Communicator& communicator, const std::vector<float>& array,
                 std::vector<float>& sum, int64_t times) {
  const std::byte* part = reinterpret_cast<const std::byte*>(array.data());
  for (int64_t i = 0; i < times; ++i) {
    RETURN_IF_ERROR(communicator.AllReduce({&part, 1}, reinterpret_cast<std::byte*>(sum.data()),
                                           static_cast<int64_t>(array.size()), DType::kF32));
  }
  return absl::OkStatus();
}

absl::Status Give(comm::Communicator& communicator, Order& order) {
  return communicator.Broadcast(reinterpret_cast<std::byte*>(&order), sizeof order, 0);
}

absl::Status Obey(comm::Communicator& communicator) {
  while (true) {
    Order order{};
    RETURN_IF_ERROR(Give(communicator, order));
    if (order.times == 0) return absl::OkStatus();
    std::vector<float> array(order.count, 1), sum(order.count);
    RETURN_IF_ERROR(communicator.Barrier());
    RETURN_IF_ERROR(Sum(communicator, array, sum, order.times));
  }
}

}  // namespace

TwoProcesses::TwoProcesses(const std::string& other_host_id) {
  other_ = std::make_unique<comm::Processes>(1, [this, &other_host_id](int) -> absl::Status {
    ASSIGN_OR_RETURN(auto communicator, Connect(1, other_host_id, directory_.path()));
    return Obey(*communicator);
  });
  auto communicator = Connect(0, "here", directory_.path());
  CHECK(communicator.ok());
  communicator_ = *std::move(communicator);
}

TwoProcesses::~TwoProcesses() {
  Order end{0, 0};
  CHECK(Give(*communicator_, end).ok());
  CHECK(other_->WaitFor(absl::Seconds(10)).ok());
}

void TwoProcesses::AllReduce(int64_t count, int64_t times) {
  Order order{count, times};
  CHECK(Give(*communicator_, order).ok());
  array_.assign(count, 1);
  sum_.assign(count, 0);
  CHECK(communicator_->Barrier().ok());
  CHECK(Sum(*communicator_, array_, sum_, times).ok());
}

}  // namespace tricorn::bench
