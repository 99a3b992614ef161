#pragma once

#include <string_view>

// The steps of an LSTM as CUDA C++ over core/backend/cuda/codegen/mma_code.h: for lstm_cuda.cc.

namespace tricorn::backend::cuda {

// Blocks of 256 threads: block x has units 16 x to 16 x + 15, `group` says which 16 rows of the
// batch. A warp's words of a contraction are walked in the order (pair, t, 4 words), in which a
// thread's four words lie together; both factors are, so the product is the same.
inline constexpr std::string_view kLstmCode = R"(
template <typename T, int kSteps, int kBatch, int kUnits, bool kReverse, int kSplit>
__device__ inline void LstmForward(const T* z, const T* h0, const T* c0, const T* kernel, T* h_last,
                                   T* c_last, T* hs, T* cs, T* gates, u32* flags, int group) {
  constexpr int kPerWord = 4 / sizeof(T);
  constexpr int kUnitsOfWarp = kUnits / kSplit;
  constexpr int kPairs = kUnitsOfWarp / kPerWord / 16;
  __shared__ float partial[kSplit][16][72];
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
  const int unit0 = blockIdx.x * 16, row0 = group * 16;
  u32 b[kPairs * 2][8][2];
  if (warp < kSplit) {
#pragma unroll
    for (int i = 0; i < kPairs * 2; ++i) {
#pragma unroll
      for (int n = 0; n < 8; ++n) {
#pragma unroll
        for (int w = 0; w < 2; ++w) {
          const int word = i / 2 * 16 + 4 * t + i % 2 * 2 + w;
          const int k = warp * kUnitsOfWarp + word * kPerWord;
          const int column = n / 2 * kUnits + unit0 + n % 2 * 8 + g;
          b[i][n][w] = PackWord(kernel + k * 4 * kUnits + column, 4 * kUnits);
        }
      }
    }
  }
  const int unit = unit0 + threadIdx.x % 16, line = threadIdx.x / 16, row = row0 + line;
  const int own = (row < kBatch ? row : kBatch - 1) * kUnits + unit;
  const int row_a = (row0 + g < kBatch ? row0 + g : kBatch - 1) * kUnits;
  const int row_b = (row0 + g + 8 < kBatch ? row0 + g + 8 : kBatch - 1) * kUnits;
  flags += group * (kUnits / 16);
  float c = Widen(c0[own]), h = 0;
  for (int step = 0; step < kSteps; ++step) {
    const i64 time = kReverse ? kSteps - 1 - step : step;
    const T* from = z + time * kBatch * 4 * kUnits + own / kUnits * 4 * kUnits + unit;
    float v[4];
#pragma unroll
    for (int gate = 0; gate < 4; ++gate) v[gate] = Widen(from[gate * kUnits]);
    if (warp < kSplit) {
      const T* before = step == 0 ? h0 : hs + (kReverse ? time + 1 : time - 1) * kBatch * kUnits;
      if (step > 0) {
        for (int s = lane; s < kUnitsOfWarp / 16; s += 32) {
          Await(flags + warp * kUnitsOfWarp / 16 + s, step);
        }
        __syncwarp();
      }
      uint4 low[kPairs], high[kPairs];
#pragma unroll
      for (int p = 0; p < kPairs; ++p) {
        const int k = warp * kUnitsOfWarp + (p * 16 + 4 * t) * kPerWord;
        low[p] = __ldcg(reinterpret_cast<const uint4*>(before + row_a + k));
        high[p] = __ldcg(reinterpret_cast<const uint4*>(before + row_b + k));
      }
      float sum[8][4] = {};
#pragma unroll
      for (int p = 0; p < kPairs; ++p) {
        const u32 first[4] = {RoundWord(low[p].x, T()), RoundWord(high[p].x, T()),
                              RoundWord(low[p].y, T()), RoundWord(high[p].y, T())};
        const u32 second[4] = {RoundWord(low[p].z, T()), RoundWord(high[p].z, T()),
                               RoundWord(low[p].w, T()), RoundWord(high[p].w, T())};
#pragma unroll
        for (int n = 0; n < 8; ++n) Mma(sum[n], first, b[2 * p][n], T());
#pragma unroll
        for (int n = 0; n < 8; ++n) Mma(sum[n], second, b[2 * p + 1][n], T());
      }
#pragma unroll
      for (int n = 0; n < 8; ++n) {
        *reinterpret_cast<float2*>(&partial[warp][g][n * 8 + 2 * t]) =
            make_float2(sum[n][0], sum[n][1]);
        *reinterpret_cast<float2*>(&partial[warp][g + 8][n * 8 + 2 * t]) =
            make_float2(sum[n][2], sum[n][3]);
      }
    }
    __syncthreads();
#pragma unroll
    for (int gate = 0; gate < 4; ++gate) {
      float product = 0;
#pragma unroll
      for (int w = 0; w < kSplit; ++w) product += partial[w][line][gate * 16 + threadIdx.x % 16];
      v[gate] += product;
    }
    const float i = scalar::sigmoid(v[0]), f = scalar::sigmoid(v[1]);
    const float candidate = scalar::tanh(v[2]), o = scalar::sigmoid(v[3]);
    c = f * c + i * candidate;
    h = o * scalar::tanh(c);
    if (row < kBatch) {
      hs[time * kBatch * kUnits + own] = Narrow<T>::Of(h);
    }
    __syncthreads();
    if (threadIdx.x == 0) Publish(flags + blockIdx.x, step + 1);
    if (row < kBatch) {
      cs[time * kBatch * kUnits + own] = Narrow<T>::Of(c);
      T* to = gates + time * kBatch * 4 * kUnits + row * 4 * kUnits + unit;
      to[0] = Narrow<T>::Of(i);
      to[kUnits] = Narrow<T>::Of(f);
      to[2 * kUnits] = Narrow<T>::Of(candidate);
      to[3 * kUnits] = Narrow<T>::Of(o);
    }
  }
  if (row < kBatch) {
    h_last[own] = Narrow<T>::Of(h);
    c_last[own] = Narrow<T>::Of(c);
  }
}

// A block multiplies its units' slopes by U^T: parts of the gradient of all units of the step
// before, which each block then adds for its own, in the order of blocks. `work` holds the parts of
// two steps.
template <typename T, int kSteps, int kBatch, int kUnits, bool kReverse>
__device__ inline void LstmBackward(const T* kernel, const T* c0, const T* cs, const T* gates,
                                    const T* dh_last, const T* dc_last, const T* dhs, T* dz, T* dh0,
                                    T* dc0, u32* flags, float* work, int group) {
  constexpr int kPerWord = 4 / sizeof(T);
  constexpr int kBlocks = kUnits / 16;
  constexpr int kGroups = (kBatch + 15) / 16;
  constexpr int kWords = 64 / kPerWord;
  constexpr int kPairs = kWords / 16;
  constexpr int kWarps = kUnits % 64 == 0 ? 8 : kUnits % 32 == 0 ? 4 : 2;
  constexpr int kTiles = kUnits / 8 / kWarps;
  __shared__ u32 slopes[16][kWords + 4];
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
  const int unit0 = blockIdx.x * 16, row0 = group * 16;
  u32 b[kPairs * 2][kTiles][2];
  if (warp < kWarps) {
#pragma unroll
    for (int i = 0; i < kPairs * 2; ++i) {
#pragma unroll
      for (int n = 0; n < kTiles; ++n) {
#pragma unroll
        for (int w = 0; w < 2; ++w) {
          const int j = (i / 2 * 16 + 4 * t + i % 2 * 2 + w) * kPerWord;
          const int column = j / 16 * kUnits + unit0 + j % 16;
          b[i][n][w] =
              PackWord(kernel + ((warp * kTiles + n) * 8 + g) * 4 * kUnits + column, 1);
        }
      }
    }
  }
  const int unit = unit0 + threadIdx.x % 16, line = threadIdx.x / 16, row = row0 + line;
  const int own = (row < kBatch ? row : kBatch - 1) * kUnits + unit;
  flags += group * kBlocks;
  constexpr i64 kPart = 16 * kUnits;  // numbers of a block
  work += i64(group) * kBlocks * kPart;
  constexpr i64 kParity = i64(kGroups) * kBlocks * kPart;
  const auto gather = [&](int step) {  // what the blocks of this group gave at `step`
    for (int s = lane; s < kBlocks; s += 32) Await(flags + s, step + 1);
    __syncwarp();
    const float* from = work + step % 2 * kParity + line * kUnits + unit;
    float sum = 0;
#pragma unroll 8
    for (int s = 0; s < kBlocks; ++s) sum += __ldcg(from + s * kPart);
    return sum;
  };
  float dc = Widen(dc_last[own]);
  for (int step = 0; step < kSteps; ++step) {
    const i64 time = kReverse ? step : kSteps - 1 - step;
    const T* of_gates = gates + time * kBatch * 4 * kUnits + own / kUnits * 4 * kUnits + unit;
    const float i = Widen(of_gates[0]), f = Widen(of_gates[kUnits]);
    const float candidate = Widen(of_gates[2 * kUnits]), o = Widen(of_gates[3 * kUnits]);
    const float tanh_c = scalar::tanh(Widen(cs[time * kBatch * kUnits + own]));
    const T* before =
        step == kSteps - 1 ? c0 : cs + (kReverse ? time + 1 : time - 1) * kBatch * kUnits;
    const float c_before = Widen(before[own]);
    float dh = dhs == nullptr ? 0.0f : Widen(dhs[time * kBatch * kUnits + own]);
    dh += step == 0 ? Widen(dh_last[own]) : gather(step - 1);
    dc += dh * o * (1 - tanh_c * tanh_c);
    const float d[4] = {dc * candidate * i * (1 - i), dc * c_before * f * (1 - f),
                        dc * i * (1 - candidate * candidate), dh * tanh_c * o * (1 - o)};
    dc *= f;
    T* to = dz + time * kBatch * 4 * kUnits + own / kUnits * 4 * kUnits + unit;
#pragma unroll
    for (int gate = 0; gate < 4; ++gate) {
      const T slope = Narrow<T>::Of(d[gate]);
      if (row < kBatch) to[gate * kUnits] = slope;
      reinterpret_cast<T*>(slopes[line])[gate * 16 + threadIdx.x % 16] = slope;
    }
    __syncthreads();
    if (warp < kWarps) {
      float sum[kTiles][4] = {};
#pragma unroll
      for (int p = 0; p < kPairs; ++p) {
        const uint4 low = *reinterpret_cast<const uint4*>(&slopes[g][p * 16 + 4 * t]);
        const uint4 high = *reinterpret_cast<const uint4*>(&slopes[g + 8][p * 16 + 4 * t]);
        const u32 first[4] = {RoundWord(low.x, T()), RoundWord(high.x, T()), RoundWord(low.y, T()),
                              RoundWord(high.y, T())};
        const u32 second[4] = {RoundWord(low.z, T()), RoundWord(high.z, T()),
                               RoundWord(low.w, T()), RoundWord(high.w, T())};
#pragma unroll
        for (int n = 0; n < kTiles; ++n) Mma(sum[n], first, b[2 * p][n], T());
#pragma unroll
        for (int n = 0; n < kTiles; ++n) Mma(sum[n], second, b[2 * p + 1][n], T());
      }
      float* part = work + step % 2 * kParity + blockIdx.x * kPart;
#pragma unroll
      for (int n = 0; n < kTiles; ++n) {
        const int column = (warp * kTiles + n) * 8 + 2 * t;
        *reinterpret_cast<float2*>(part + g * kUnits + column) = make_float2(sum[n][0], sum[n][1]);
        *reinterpret_cast<float2*>(part + (g + 8) * kUnits + column) =
            make_float2(sum[n][2], sum[n][3]);
      }
    }
    __syncthreads();
    if (threadIdx.x == 0) Publish(flags + blockIdx.x, step + 1);
  }
  const float dh = gather(kSteps - 1);
  if (row < kBatch) {
    dh0[own] = Narrow<T>::Of(dh);
    dc0[own] = Narrow<T>::Of(dc);
  }
}
)";

}  // namespace tricorn::backend::cuda
