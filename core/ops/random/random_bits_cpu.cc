#include <algorithm>

#include "core/backend/cpu/kernel/function_kernel.h"
#include "core/backend/cpu/processor/parallel.h"
#include "core/ops/random/random.h"

namespace tricorn::backend::cpu {
namespace {

constexpr int64_t kCounters = 4;  // blocks of four words computed side by side
constexpr int64_t kWordsPerThread = 8192;

// One word of each block, in the lower half of 64 bits: where a product of words fits.
using Lanes = uint64_t __attribute__((vector_size(32)));
constexpr uint64_t kLow = 0xffffffffu;

// The products of the lower halves, where the upper ones are 0.
Lanes Multiply(Lanes a, uint64_t b) {
#ifdef __AVX2__
  // The compiler would multiply the upper halves too.
  using Words = int __attribute__((vector_size(32)));
  const Lanes factors = Lanes{} + b;
  return reinterpret_cast<Lanes>(
      __builtin_ia32_pmuludq256(reinterpret_cast<Words>(a), reinterpret_cast<Words>(factors)));
#else
  return a * b;
#endif
}

// The words of `kCounters` successive counters from `first`: Philox of core/base/random.h, lane by
// lane.
void PhiloxLanes(uint32_t key0, uint32_t key1, uint64_t first, uint32_t* words) {
  const Lanes counter = first + Lanes{0, 1, 2, 3};
  Lanes c0 = counter & kLow, c1 = counter >> 32, c2{}, c3{};
  for (int round = 0; round < 10; ++round) {
    const Lanes p0 = Multiply(c0, 0xD2511F53u);
    const Lanes p1 = Multiply(c2, 0xCD9E8D57u);
    c0 = (p1 >> 32) ^ c1 ^ key0;
    c1 = p1 & kLow;
    c2 = (p0 >> 32) ^ c3 ^ key1;
    c3 = p0 & kLow;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  for (int64_t l = 0; l < kCounters; ++l) {
    words[4 * l] = static_cast<uint32_t>(c0[l]);
    words[4 * l + 1] = static_cast<uint32_t>(c1[l]);
    words[4 * l + 2] = static_cast<uint32_t>(c2[l]);
    words[4 * l + 3] = static_cast<uint32_t>(c3[l]);
  }
}

std::unique_ptr<Kernel> MakeRandomBits(const KernelRequest& request) {
  const int64_t count = request.results[0].num_elements();
  return MakeKernel([count, num_threads = request.num_threads](const KernelArgs& args) {
    constexpr int64_t kWords = 4 * kCounters;
    const uint32_t* key = args.operand<uint32_t>(0);
    uint32_t* y = args.result<uint32_t>(0);
    const int64_t blocks = (count + kWords - 1) / kWords;
    ParallelFor(num_threads, blocks, kWordsPerThread / kWords, [&](int64_t begin, int64_t end) {
      for (int64_t block = begin; block < end; ++block) {
        const auto counter = static_cast<uint64_t>(block * kCounters);
        const int64_t left = count - block * kWords;
        if (left >= kWords) {
          PhiloxLanes(key[0], key[1], counter, y + block * kWords);
        } else {
          uint32_t words[kWords];
          PhiloxLanes(key[0], key[1], counter, words);
          std::copy_n(words, left, y + block * kWords);
        }
      }
    });
  });
}

}  // namespace

void RegisterRandomBitsCpu(KernelRegistry& registry) {
  registry.Add(ops::kRandomBits, MakeRandomBits);
}

}  // namespace tricorn::backend::cpu
