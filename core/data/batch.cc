#include "core/data/batch.h"

#include <algorithm>

#include "core/base/status.h"

namespace tricorn {
namespace {

absl::StatusOr<Tensor> Allocate(const TensorAllocator& allocate, DType dtype, Shape shape) {
  if (allocate == nullptr) return Tensor::Uninitialized(dtype, std::move(shape));
  return allocate(dtype, std::move(shape));
}

// By several threads where that is worth their waking.
absl::Status ReadRows(const RowSource& source, std::span<const int64_t> rows, Tensor& to,
                      ThreadPool* threads) {
  constexpr int64_t kNbytesPerPart = int64_t{512} << 10;
  const auto parts = static_cast<int>(
      std::min<int64_t>(to.nbytes() / kNbytesPerPart, static_cast<int64_t>(rows.size())));
  if (threads == nullptr || parts < 2) return source.ReadRows(rows, to.bytes());
  const size_t row_nbytes = static_cast<size_t>(to.nbytes()) / rows.size();
  std::vector<absl::Status> statuses(static_cast<size_t>(parts));
  threads->ForEach(parts, [&](int i) {
    const auto part = static_cast<size_t>(i);
    const size_t begin = rows.size() * part / statuses.size();
    const size_t end = rows.size() * (part + 1) / statuses.size();
    statuses[part] =
        source.ReadRows(rows.subspan(begin, end - begin), to.bytes() + begin * row_nbytes);
  });
  for (const absl::Status& status : statuses) RETURN_IF_ERROR(status);
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckBatchOptions(const BatchOptions& options) {
  if (options.batch_size < 1) {
    return InvalidArgument("batch_size: expected at least 1, received {}", options.batch_size);
  }
  if (options.first_shard < 0 || options.num_shards < 1 ||
      options.num_shards > options.virtual_shards - options.first_shard) {
    return InvalidArgument("shards: expected 1 or more within [0, {}), received {} from {}",
                           options.virtual_shards, options.num_shards, options.first_shard);
  }
  return absl::OkStatus();
}

std::vector<Tensor> Batch::Shard(int i) const {
  const RowRange rows = shards[static_cast<size_t>(i)];
  std::vector<Tensor> parts;
  parts.reserve(columns.size());
  for (const Tensor& column : columns) parts.push_back(column.Rows(rows.begin, rows.end));
  return parts;
}

absl::StatusOr<Batch> AssembleBatch(const Dataset& dataset, const EpochOrder& order,
                                    const BatchOptions& options, int64_t cursor,
                                    const GatherOptions& gather) {
  Batch batch;
  batch.positions = GlobalBatch(order.num_rows(), options.batch_size, cursor);
  const auto shard_positions = [&](int i) {
    return VirtualShard(batch.positions, options.virtual_shards, options.first_shard + i);
  };
  const RowRange owned = {shard_positions(0).begin, shard_positions(options.num_shards - 1).end};
  batch.shards.reserve(static_cast<size_t>(options.num_shards));
  for (int i = 0; i < options.num_shards; ++i) {
    const RowRange positions = shard_positions(i);
    batch.shards.push_back({positions.begin - owned.begin, positions.end - owned.begin});
  }
  std::vector<int64_t> rows(static_cast<size_t>(owned.size()));
  for (size_t i = 0; i < rows.size(); ++i) rows[i] = order[owned.begin + static_cast<int64_t>(i)];
  batch.columns.reserve(dataset.columns().size());
  for (const Column& column : dataset.columns()) {
    std::vector<int64_t> dims = {owned.size()};
    dims.insert(dims.end(), column.rows->row_shape().begin(), column.rows->row_shape().end());
    ASSIGN_OR_RETURN(Tensor tensor,
                     Allocate(gather.allocate, column.rows->dtype(), Shape(std::move(dims))));
    RETURN_IF_ERROR(WithSubject(ReadRows(*column.rows, rows, tensor, gather.threads), column.name));
    batch.columns.push_back(std::move(tensor));
  }
  return batch;
}

}  // namespace tricorn
