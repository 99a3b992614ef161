#include "core/comm/testing/sum_cases.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/base/status.h"

namespace tricorn::comm {
namespace {

template <typename T>
void Fill(int shard, int64_t count, std::byte* out) {
  for (int64_t i = 0; i < count; ++i) {
    uint64_t x = (static_cast<uint64_t>(shard) << 32 | static_cast<uint64_t>(i)) + 1;
    x = (x ^ x >> 31) * 0x9E3779B97F4A7C15u;
    x ^= x >> 29;
    T value;
    if constexpr (std::is_integral_v<T>) {
      value = static_cast<T>(x);  // sums wrap
    } else {
      value = static_cast<T>(std::ldexp(static_cast<double>(x >> 11), static_cast<int>(x % 24)));
    }
    std::memcpy(out + i * sizeof(T), &value, sizeof(T));
  }
}

template <typename T>
void Add(std::byte* sum, const std::byte* addend, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    T a, b;
    std::memcpy(&a, sum + i * sizeof(T), sizeof(T));
    std::memcpy(&b, addend + i * sizeof(T), sizeof(T));
    if constexpr (std::is_integral_v<T>) {
      a = static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
    } else {
      a += b;
    }
    std::memcpy(sum + i * sizeof(T), &a, sizeof(T));
  }
}

std::vector<std::byte> SumOfRange(int first, int last, int64_t count, DType dtype) {
  if (last - first == 1) return ShardArray(first, count, dtype);
  int left = 1;
  while (left * 2 < last - first) left *= 2;
  std::vector<std::byte> sum = SumOfRange(first, first + left, count, dtype);
  const std::vector<std::byte> right = SumOfRange(first + left, last, count, dtype);
  switch (dtype) {
    case DType::kF32:
      Add<float>(sum.data(), right.data(), count);
      break;
    case DType::kF64:
      Add<double>(sum.data(), right.data(), count);
      break;
    case DType::kI32:
      Add<int32_t>(sum.data(), right.data(), count);
      break;
    default:
      Add<int64_t>(sum.data(), right.data(), count);
      break;
  }
  return sum;
}

absl::Status CheckSum(Communicator& communicator, int64_t count, DType dtype, bool in_place) {
  std::vector<std::vector<std::byte>> arrays;
  std::vector<const std::byte*> parts;
  for (int s = communicator.shards().first; s < communicator.shards().last; ++s) {
    arrays.push_back(ShardArray(s, count, dtype));
    parts.push_back(arrays.back().data());
  }
  std::vector<std::byte> separate(count * SizeOf(dtype));
  std::byte* out = in_place && !arrays.empty() ? arrays.back().data() : separate.data();
  RETURN_IF_ERROR(communicator.AllReduce(parts, out, count, dtype));
  const std::vector<std::byte> expected = SerialTreeSum(communicator.total_shards(), count, dtype);
  if (std::memcmp(out, expected.data(), expected.size()) != 0) {
    return Internal("rank {} of {}, {} shards: wrong bits in a sum of {} {}{}", communicator.rank(),
                    communicator.size(), communicator.total_shards(), count, Name(dtype),
                    in_place ? ", in place" : "");
  }
  return absl::OkStatus();
}

// Of other lengths, the first ones empty where `count` is small.
std::vector<Slice> UnevenSlices(int64_t count, int size) {
  std::vector<Slice> slices;
  int64_t first = 0;
  for (int rank = 0; rank < size; ++rank) {
    const int64_t last = rank + 1 == size ? count : count * (rank + 1) * (rank + 1) / size / size;
    slices.push_back({first, last - first});
    first = last;
  }
  return slices;
}

// Each rank's slice of the sum, and then, of all slices, the whole.
absl::Status CheckSlices(Communicator& communicator, int64_t count, DType dtype) {
  std::vector<std::vector<std::byte>> arrays;
  std::vector<const std::byte*> parts;
  for (int s = communicator.shards().first; s < communicator.shards().last; ++s) {
    arrays.push_back(ShardArray(s, count, dtype));
    parts.push_back(arrays.back().data());
  }
  std::vector<Slice> slices = UnevenSlices(count, communicator.size());
  std::reverse(slices.begin(), slices.end());
  std::vector<std::byte> sum(count * SizeOf(dtype));
  RETURN_IF_ERROR(communicator.ReduceScatter(parts, sum.data(), count, slices, dtype));
  const std::vector<std::byte> expected = SerialTreeSum(communicator.total_shards(), count, dtype);
  const Slice mine = slices[communicator.rank()];
  const int64_t from = mine.first * SizeOf(dtype);
  if (std::memcmp(&sum[0] + from, &expected[0] + from, mine.count * SizeOf(dtype)) != 0) {
    return Internal("rank {} of {}, {} shards: wrong bits in elements [{}, +{}) of a sum of {} {}",
                    communicator.rank(), communicator.size(), communicator.total_shards(),
                    mine.first, mine.count, count, Name(dtype));
  }
  std::vector<std::byte> all(sum.size());
  std::memcpy(&all[0] + from, &sum[0] + from, mine.count * SizeOf(dtype));
  RETURN_IF_ERROR(communicator.AllGather(all.data(), slices, dtype));
  if (all != expected) {
    return Internal("rank {} of {}: wrong bytes in an all-gather of {} {}", communicator.rank(),
                    communicator.size(), count, Name(dtype));
  }
  return absl::OkStatus();
}

absl::Status CheckBroadcast(Communicator& communicator, int64_t nbytes, int root) {
  std::vector<std::byte> data(nbytes, static_cast<std::byte>(communicator.rank()));
  if (communicator.rank() == root) data = ShardArray(root, nbytes / 4, DType::kI32);
  RETURN_IF_ERROR(communicator.Broadcast(data.data(), static_cast<int64_t>(data.size()), root));
  if (data != ShardArray(root, nbytes / 4, DType::kI32)) {
    return Internal("rank {}: wrong bytes in a broadcast of {} from {}", communicator.rank(),
                    nbytes, root);
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<std::byte> ShardArray(int shard, int64_t count, DType dtype) {
  std::vector<std::byte> array(count * SizeOf(dtype));
  switch (dtype) {
    case DType::kF32:
      Fill<float>(shard, count, array.data());
      break;
    case DType::kF64:
      Fill<double>(shard, count, array.data());
      break;
    case DType::kI32:
      Fill<int32_t>(shard, count, array.data());
      break;
    default:
      Fill<int64_t>(shard, count, array.data());
      break;
  }
  return array;
}

std::vector<std::byte> SerialTreeSum(int total, int64_t count, DType dtype) {
  return SumOfRange(0, total, count, dtype);
}

absl::Status CheckCollectives(Communicator& communicator) {
  int round = 0;
  for (const int64_t count : {1, 15, 17, 1024, 5000, 70001, 300007}) {
    for (const DType dtype : {DType::kF32, DType::kF64, DType::kI32, DType::kI64}) {
      RETURN_IF_ERROR(CheckSum(communicator, count, dtype, round % 2 == 1));
      RETURN_IF_ERROR(CheckSlices(communicator, count, dtype));
      ++round;
      if (round % 3 == 0) RETURN_IF_ERROR(communicator.Barrier());
      if (round % 4 == 0) {
        RETURN_IF_ERROR(CheckBroadcast(communicator, count * 4, round % communicator.size()));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace tricorn::comm
