#include <algorithm>

#include "core/backend/cpu/function_kernel.h"
#include "core/backend/cpu/parallel.h"
#include "core/base/random.h"
#include "core/ops/random/random.h"

namespace tricorn::backend::cpu {
namespace {

constexpr int64_t kCounters = 16;  // blocks of four words computed side by side
constexpr int64_t kWordsPerThread = 8192;

// The words of `kCounters` successive counters from `first`: Philox written over lanes, so that the
// compiler turns each round into vector instructions.
void PhiloxLanes(uint32_t key0, uint32_t key1, uint64_t first, uint32_t* words) {
  uint32_t c0[kCounters], c1[kCounters], c2[kCounters], c3[kCounters];
  for (int64_t l = 0; l < kCounters; ++l) {
    const uint64_t counter = first + static_cast<uint64_t>(l);
    c0[l] = static_cast<uint32_t>(counter);
    c1[l] = static_cast<uint32_t>(counter >> 32);
    c2[l] = 0;
    c3[l] = 0;
  }
  for (int round = 0; round < 10; ++round) {
    for (int64_t l = 0; l < kCounters; ++l) {
      const uint64_t p0 = uint64_t{0xD2511F53u} * c0[l];
      const uint64_t p1 = uint64_t{0xCD9E8D57u} * c2[l];
      c0[l] = static_cast<uint32_t>(p1 >> 32) ^ c1[l] ^ key0;
      c1[l] = static_cast<uint32_t>(p1);
      c2[l] = static_cast<uint32_t>(p0 >> 32) ^ c3[l] ^ key1;
      c3[l] = static_cast<uint32_t>(p0);
    }
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  for (int64_t l = 0; l < kCounters; ++l) {
    words[4 * l] = c0[l];
    words[4 * l + 1] = c1[l];
    words[4 * l + 2] = c2[l];
    words[4 * l + 3] = c3[l];
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
