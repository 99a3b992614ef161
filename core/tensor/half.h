#pragma once

#include <bit>
#include <cstdint>

namespace tricorn {

// The upper half of a float32, rounded to nearest even.
struct BFloat16 {
  uint16_t bits = 0;

  BFloat16() = default;
  explicit BFloat16(float value) {
    const uint32_t word = std::bit_cast<uint32_t>(value);
    bits = (word & 0x7fffffffu) > 0x7f800000u
               ? static_cast<uint16_t>(word >> 16 | 0x40u)
               : static_cast<uint16_t>((word + 0x7fffu + (word >> 16 & 1)) >> 16);
  }
  explicit operator float() const { return std::bit_cast<float>(uint32_t{bits} << 16); }
  friend bool operator==(BFloat16, BFloat16) = default;
};

// IEEE 754 binary16, rounded to nearest even.
struct Float16 {
  uint16_t bits = 0;

  Float16() = default;
  explicit Float16(float value) {
#ifdef __F16C__
    bits = static_cast<uint16_t>(__builtin_ia32_vcvtps2ph(__v4sf{value, 0, 0, 0}, 0)[0]);
#else
    bits = std::bit_cast<uint16_t>(static_cast<_Float16>(value));
#endif
  }
  explicit operator float() const {
#ifdef __F16C__
    return __builtin_ia32_vcvtph2ps(__v8hi{static_cast<int16_t>(bits), 0, 0, 0, 0, 0, 0, 0})[0];
#else
    return static_cast<float>(std::bit_cast<_Float16>(bits));
#endif
  }
  friend bool operator==(Float16, Float16) = default;

 private:
#ifdef __F16C__
  typedef float __v4sf __attribute__((vector_size(16)));
  typedef int16_t __v8hi __attribute__((vector_size(16)));
#endif
};

}  // namespace tricorn
