#include "core/base/fingerprint.h"

#include <bit>
#include <cstring>
#include <utility>

namespace tricorn {
namespace {

// Little-endian, as the machines that this is built for.
uint64_t Word(const char* bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

uint64_t HalfWord(const char* bytes) {
  uint32_t word;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

// -- FarmHash -------------------------------------------------------------------------------------

constexpr uint64_t k0 = 0xc3a5c85c97cb3127u;
constexpr uint64_t k1 = 0xb492b66fbe98f273u;
constexpr uint64_t k2 = 0x9ae16a3b2f90404fu;

uint64_t ShiftMix(uint64_t v) { return v ^ v >> 47; }

uint64_t Mix(uint64_t u, uint64_t v, uint64_t multiplier) {
  const uint64_t a = ShiftMix((u ^ v) * multiplier);
  return ShiftMix((v ^ a) * multiplier) * multiplier;
}

uint64_t HashShort(const char* s, uint64_t length) {
  const uint64_t multiplier = k2 + length * 2;
  if (length >= 8) {
    const uint64_t a = Word(s) + k2;
    const uint64_t b = Word(s + length - 8);
    return Mix(std::rotr(b, 37) * multiplier + a, (std::rotr(a, 25) + b) * multiplier, multiplier);
  }
  if (length >= 4) {
    return Mix(length + (HalfWord(s) << 3), HalfWord(s + length - 4), multiplier);
  }
  if (length == 0) return k2;
  const auto at = [&](uint64_t i) -> uint64_t { return static_cast<uint8_t>(s[i]); };
  const uint64_t y = at(0) + (at(length >> 1) << 8);
  const uint64_t z = length + (at(length - 1) << 2);
  return ShiftMix(y * k2 ^ z * k0) * k2;
}

uint64_t HashTo32(const char* s, uint64_t length) {
  const uint64_t multiplier = k2 + length * 2;
  const uint64_t a = Word(s) * k1;
  const uint64_t b = Word(s + 8);
  const uint64_t c = Word(s + length - 8) * multiplier;
  const uint64_t d = Word(s + length - 16) * k2;
  return Mix(std::rotr(a + b, 43) + std::rotr(c, 30) + d, a + std::rotr(b + k2, 18) + c,
             multiplier);
}

uint64_t HashTo64(const char* s, uint64_t length) {
  const uint64_t multiplier = k2 + length * 2;
  const uint64_t a = Word(s) * k2;
  const uint64_t b = Word(s + 8);
  const uint64_t c = Word(s + length - 8) * multiplier;
  const uint64_t d = Word(s + length - 16) * k2;
  const uint64_t y = std::rotr(a + b, 43) + std::rotr(c, 30) + d;
  const uint64_t z = Mix(y, a + std::rotr(b + k2, 18) + c, multiplier);
  const uint64_t e = Word(s + 16) * multiplier;
  const uint64_t f = Word(s + 24);
  const uint64_t g = (y + Word(s + length - 32)) * multiplier;
  const uint64_t h = (z + Word(s + length - 24)) * multiplier;
  return Mix(std::rotr(e + f, 43) + std::rotr(g, 30) + h, e + std::rotr(f + a, 18) + g, multiplier);
}

using Pair = std::pair<uint64_t, uint64_t>;

Pair WeakHash32(const char* s, uint64_t a, uint64_t b) {
  a += Word(s);
  b = std::rotr(b + a + Word(s + 24), 21);
  const uint64_t c = a;
  a += Word(s + 8) + Word(s + 16);
  b += std::rotr(a, 44);
  return {a + Word(s + 24), b + c};
}

struct LongState {
  uint64_t x, y, z;
  Pair v, w;

  // One block of 64 bytes; the last one multiplies by more.
  void Add(const char* s, uint64_t multiplier, uint64_t by_w, uint64_t by_v) {
    x = std::rotr(x + y + v.first + Word(s + 8), 37) * multiplier;
    y = std::rotr(y + v.second + Word(s + 48), 42) * multiplier;
    x ^= w.second * by_w;
    y += v.first * by_v + Word(s + 40);
    z = std::rotr(z + w.first, 33) * multiplier;
    v = WeakHash32(s, v.second * multiplier, x + w.first);
    w = WeakHash32(s + 32, z + w.second, y + Word(s + 16));
    std::swap(z, x);
  }
};

uint64_t HashLong(const char* s, uint64_t length) {
  constexpr uint64_t kSeed = 81;
  LongState state{kSeed * k2 + Word(s), kSeed * k1 + 113, 0, {}, {}};
  state.z = ShiftMix(state.y * k2 + 113) * k2;
  const uint64_t tail = (length - 1) & 63;
  const char* const end = s + (length - 1) / 64 * 64;
  for (; s != end; s += 64) state.Add(s, k1, 1, 1);
  const uint64_t multiplier = k1 + ((state.z & 0xff) << 1);
  state.w.first += tail;
  state.v.first += state.w.first;
  state.w.first += state.v.first;
  state.Add(end + tail - 63, multiplier, 9, 9);
  return Mix(Mix(state.v.first, state.w.first, multiplier) + ShiftMix(state.y) * k0 + state.z,
             Mix(state.v.second, state.w.second, multiplier) + state.x, multiplier);
}

}  // namespace

uint64_t Fingerprint64(std::string_view bytes) {
  if (bytes.size() <= 16) return HashShort(bytes.data(), bytes.size());
  if (bytes.size() <= 32) return HashTo32(bytes.data(), bytes.size());
  if (bytes.size() <= 64) return HashTo64(bytes.data(), bytes.size());
  return HashLong(bytes.data(), bytes.size());
}

uint64_t FingerprintCat64(uint64_t first, uint64_t second) {
  constexpr uint64_t kMultiplier = 0xc6a4a7935bd1e995u;
  uint64_t result = first ^ kMultiplier;
  result ^= ShiftMix(second * kMultiplier) * kMultiplier;
  result = ShiftMix(result * kMultiplier) * kMultiplier;
  return ShiftMix(result);
}

uint64_t SipHash(const std::array<uint64_t, 2>& key, std::string_view bytes) {
  std::array<uint64_t, 4> v = {key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du,
                               key[0] ^ 0x6c7967656e657261u, key[1] ^ 0x7465646279746573u};
  const auto round = [&] {
    v[0] += v[1];
    v[2] += v[3];
    v[1] = std::rotl(v[1], 13) ^ v[0];
    v[3] = std::rotl(v[3], 16) ^ v[2];
    v[0] = std::rotl(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = std::rotl(v[1], 17) ^ v[2];
    v[3] = std::rotl(v[3], 21) ^ v[0];
    v[2] = std::rotl(v[2], 32);
  };
  const auto add = [&](uint64_t word) {
    v[3] ^= word;
    round();
    round();
    v[0] ^= word;
  };
  size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) add(Word(bytes.data() + at));
  uint64_t last = static_cast<uint64_t>(bytes.size()) << 56;
  for (size_t i = 0; at + i < bytes.size(); ++i) {
    last |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[at + i])) << (8 * i);
  }
  add(last);
  v[2] ^= 0xff;
  for (int i = 0; i < 4; ++i) round();
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

}  // namespace tricorn
