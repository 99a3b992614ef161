#pragma once

#include <array>
#include <cstdint>

namespace tricorn {

// Philox4x32-10: four random words from a key and a counter, any word without the ones before it.
// Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
inline std::array<uint32_t, 4> Philox(std::array<uint32_t, 2> key,
                                      std::array<uint32_t, 4> counter) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t{0xD2511F53u} * counter[0];
    const uint64_t p1 = uint64_t{0xCD9E8D57u} * counter[2];
    counter = {static_cast<uint32_t>(p1 >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(p1),
               static_cast<uint32_t>(p0 >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(p0)};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return counter;
}

// Uniform in [0, 1), from the upper 24 bits, as float32 holds them exactly.
inline float UniformFloat(uint32_t bits) { return static_cast<float>(bits >> 8) * 0x1p-24f; }

// A stream of words over Philox, for host code: shuffles, initializers, tests.
class PhiloxStream {
 public:
  explicit PhiloxStream(uint64_t seed, uint64_t stream = 0)
      : key_{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)},
        counter_{0, 0, static_cast<uint32_t>(stream), static_cast<uint32_t>(stream >> 32)} {}

  uint32_t Next() {
    if (used_ == 4) {
      words_ = Philox(key_, counter_);
      if (++counter_[0] == 0) ++counter_[1];
      used_ = 0;
    }
    return words_[used_++];
  }
  uint64_t Next64() { return uint64_t{Next()} << 32 | Next(); }
  // Uniform in [0, bound), without bias. Source: Lemire 2019.
  uint64_t Below(uint64_t bound) {
    unsigned __int128 m = static_cast<unsigned __int128>(Next64()) * bound;
    if (static_cast<uint64_t>(m) < bound) {
      const uint64_t threshold = -bound % bound;
      while (static_cast<uint64_t>(m) < threshold)
        m = static_cast<unsigned __int128>(Next64()) * bound;
    }
    return static_cast<uint64_t>(m >> 64);
  }
  float Uniform() { return UniformFloat(Next()); }
  double UniformDouble() { return static_cast<double>(Next64() >> 11) * 0x1p-53; }

 private:
  std::array<uint32_t, 2> key_;
  std::array<uint32_t, 4> counter_;
  std::array<uint32_t, 4> words_{};
  int used_ = 4;
};

}  // namespace tricorn
