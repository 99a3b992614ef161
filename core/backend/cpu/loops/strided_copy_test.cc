#include "core/backend/cpu/loops/strided_copy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace tricorn::backend::cpu {
namespace {

template <typename T>
void ExpectTransposed(const std::vector<int64_t>& lengths, const std::vector<int>& perm,
                      int num_threads) {
  const Shape from_shape(lengths);
  const std::vector<int64_t> from_strides = from_shape.Strides();
  std::vector<int64_t> to_lengths, strides;
  for (const int axis : perm) {
    to_lengths.push_back(lengths[static_cast<size_t>(axis)]);
    strides.push_back(from_strides[static_cast<size_t>(axis)]);
  }
  const Shape to_shape(to_lengths);
  std::vector<T> from(static_cast<size_t>(from_shape.num_elements())), to(from.size());
  std::iota(from.begin(), from.end(), T(1));
  StridedCopy(to_shape, strides, sizeof(T))
      .Run(reinterpret_cast<const std::byte*>(from.data()), reinterpret_cast<std::byte*>(to.data()),
           num_threads);
  for (int64_t i = 0; i < to_shape.num_elements(); ++i) {
    int64_t rest = i, at = 0;
    for (size_t k = perm.size(); k-- > 0;) {
      at += rest % to_lengths[k] * strides[k];
      rest /= to_lengths[k];
    }
    ASSERT_EQ(to[static_cast<size_t>(i)], from[static_cast<size_t>(at)])
        << to_shape.ToString() << " at " << i;
  }
}

TEST(StridedCopy, TransposesEveryPermutationAndWidth) {
  for (const std::vector<int64_t>& lengths :
       {std::vector<int64_t>{3, 5, 2, 7}, {1, 33, 1, 65}, {130, 1, 70, 3}}) {
    std::vector<int> perm{0, 1, 2, 3};
    do {
      for (const int num_threads : {1, 3}) {
        ExpectTransposed<uint8_t>(lengths, perm, num_threads);
        ExpectTransposed<uint16_t>(lengths, perm, num_threads);
        ExpectTransposed<uint32_t>(lengths, perm, num_threads);
        ExpectTransposed<uint64_t>(lengths, perm, num_threads);
      }
    } while (std::next_permutation(perm.begin(), perm.end()));
  }
}

TEST(StridedCopy, RepeatsReversesAndScatters) {
  const std::vector<uint32_t> from{1, 2, 3};
  std::vector<uint32_t> to(6);
  const auto run = [&](const StridedCopy& copy, size_t first) {
    copy.Run(reinterpret_cast<const std::byte*>(from.data() + first),
             reinterpret_cast<std::byte*>(to.data()), 1);
  };
  run(StridedCopy({2, 3}, {0, 1}, 4), 0);
  EXPECT_EQ(to, (std::vector<uint32_t>{1, 2, 3, 1, 2, 3}));
  run(StridedCopy({3, 2}, {-1, 0}, 4), 2);
  EXPECT_EQ(to, (std::vector<uint32_t>{3, 3, 2, 2, 1, 1}));
  run(StridedCopy({3}, {1}, {2}, 4), 0);
  EXPECT_EQ(to, (std::vector<uint32_t>{1, 3, 2, 2, 3, 1}));
}

}  // namespace
}  // namespace tricorn::backend::cpu
