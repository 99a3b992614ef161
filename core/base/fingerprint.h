#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tricorn {

// FarmHash's Fingerprint64: the same on every machine and in every version.
// Source: github.com/google/farmhash, `farmhashna::Hash64`.
uint64_t Fingerprint64(std::string_view bytes);
// The fingerprint of two things by theirs, in order. Source: TensorFlow `FingerprintCat64`.
uint64_t FingerprintCat64(uint64_t first, uint64_t second);
// SipHash-2-4 under a key. Source: Aumasson and Bernstein 2012.
uint64_t SipHash(const std::array<uint64_t, 2>& key, std::string_view bytes);

}  // namespace tricorn
