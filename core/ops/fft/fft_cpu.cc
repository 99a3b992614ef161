#include <bit>
#include <cmath>
#include <complex>
#include <numbers>

#include "core/backend/cpu/kernel/function_kernel.h"
#include "core/backend/cpu/loops/accumulator.h"
#include "core/backend/cpu/processor/parallel.h"
#include "core/ops/fft/fft.h"

namespace tricorn::backend::cpu {
namespace {

using Complex = std::complex<double>;

Complex UnitRoot(double turns) {
  const double angle = 2 * std::numbers::pi * turns;
  return {std::cos(angle), std::sin(angle)};
}

// Of a power of two, by Cooley and Tukey's radix 2.
class Radix2 {
 public:
  explicit Radix2(size_t length) : length_(length) {
    for (size_t i = 0; i < length / 2; ++i) {
      roots_.push_back(UnitRoot(-static_cast<double>(i) / static_cast<double>(length)));
    }
  }

  size_t length() const { return length_; }

  void Run(Complex* x) const {
    for (size_t i = 1, j = 0; i < length_; ++i) {
      size_t bit = length_ >> 1;
      for (; (j & bit) != 0; bit >>= 1) j ^= bit;
      j ^= bit;
      if (i < j) std::swap(x[i], x[j]);
    }
    for (size_t half = 1; half < length_; half *= 2) {
      const size_t step = length_ / (2 * half);
      for (size_t first = 0; first < length_; first += 2 * half) {
        for (size_t i = 0; i < half; ++i) {
          const Complex odd = x[first + half + i] * roots_[i * step];
          x[first + half + i] = x[first + i] - odd;
          x[first + i] += odd;
        }
      }
    }
  }

 private:
  const size_t length_;
  std::vector<Complex> roots_;
};

// Of any length: as a convolution with a chirp, by transforms of a power of two (Bluestein).
class Plan {
 public:
  explicit Plan(size_t length)
      : length_(length),
        radix2_(std::has_single_bit(length) ? length : std::bit_ceil(2 * length - 1)) {
    if (!IsConvolution()) return;
    for (size_t i = 0; i < length; ++i) {
      // i^2 modulo 2n, so that the angle stays small and exact.
      const size_t square = i * i % (2 * length);
      chirp_.push_back(UnitRoot(-static_cast<double>(square) / static_cast<double>(2 * length)));
    }
    filter_.assign(radix2_.length(), 0);
    for (size_t i = 0; i < length; ++i) {
      filter_[i] = std::conj(chirp_[i]);
      if (i > 0) filter_[radix2_.length() - i] = filter_[i];
    }
    radix2_.Run(filter_.data());
  }

  void Run(std::vector<Complex>& x) const {
    if (!IsConvolution()) return radix2_.Run(x.data());
    std::vector<Complex> work(radix2_.length(), 0);
    for (size_t i = 0; i < length_; ++i) work[i] = x[i] * chirp_[i];
    radix2_.Run(work.data());
    // The inverse transform is the transform of the conjugate.
    for (size_t i = 0; i < work.size(); ++i) work[i] = std::conj(work[i] * filter_[i]);
    radix2_.Run(work.data());
    const double scale = 1 / static_cast<double>(work.size());
    for (size_t i = 0; i < length_; ++i) x[i] = std::conj(work[i]) * scale * chirp_[i];
  }

 private:
  bool IsConvolution() const { return radix2_.length() != length_; }

  const size_t length_;
  const Radix2 radix2_;
  std::vector<Complex> chirp_;
  std::vector<Complex> filter_;
};

// Computes in double, whatever the dtype.
std::unique_ptr<Kernel> MakeFft(const KernelRequest& request) {
  const ir::Type& type = request.operands[0];
  const int64_t length = type.shape[type.rank() - 1];
  const int64_t rows = length == 0 ? 0 : type.num_elements() / length;
  if (rows == 0) return MakeKernel([](const KernelArgs&) {});
  auto plan = std::make_shared<const Plan>(static_cast<size_t>(length));
  // An inverse transform is one with the parts swapped before and after.
  const size_t re = request.attrs.As<ops::FftAttrs>().inverse ? 1 : 0;
  return DispatchDType(type.dtype, [&]<typename T>() -> std::unique_ptr<Kernel> {
    using A = Accumulator<T>;
    return MakeKernel([=, num_threads = request.num_threads](const KernelArgs& args) {
      ParallelFor(num_threads, rows, 1 + 4096 / length, [&](int64_t begin, int64_t end) {
        std::vector<Complex> x(static_cast<size_t>(length));
        for (int64_t row = begin; row < end; ++row) {
          const T* from_re = args.operand<T>(re) + row * length;
          const T* from_im = args.operand<T>(1 - re) + row * length;
          for (size_t i = 0; i < x.size(); ++i) {
            x[i] = {static_cast<double>(static_cast<A>(from_re[i])),
                    static_cast<double>(static_cast<A>(from_im[i]))};
          }
          plan->Run(x);
          T* to_re = args.result<T>(re) + row * length;
          T* to_im = args.result<T>(1 - re) + row * length;
          for (size_t i = 0; i < x.size(); ++i) {
            to_re[i] = static_cast<T>(static_cast<A>(x[i].real()));
            to_im[i] = static_cast<T>(static_cast<A>(x[i].imag()));
          }
        }
      });
    });
  });
}

}  // namespace

void RegisterFftCpu(KernelRegistry& registry) { registry.Add(ops::kFft, MakeFft); }

}  // namespace tricorn::backend::cpu
