#include "core/backend/cpu/elementwise/fused_elementwise.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "absl/container/inlined_vector.h"
#include "core/backend/cpu/elementwise/region_program.h"
#include "core/backend/cpu/processor/parallel.h"
#include "core/transform/fusion/fuse_elementwise.h"

namespace tricorn::backend::cpu {
namespace {

using Kind = RegionPlace::Kind;

constexpr int64_t kScratchNbytes = int64_t{24} << 10;  // of the first-level cache's 32 KiB or more
constexpr int64_t kElementOpsPerThread = 65536;
constexpr size_t kMaxOperands = 3;  // of an elementwise op

// Results that go to a staging block first.
using Staged = absl::InlinedVector<int32_t, 16>;

template <typename T>
void Fill(const RegionSplat& splat, const T* from, T* to, int64_t begin, int64_t count) {
  if (splat.lengths.empty()) {
    std::fill_n(to, count, *from);
    return;
  }
  const int64_t inner_length = splat.lengths.back();
  const int64_t inner_stride = splat.strides.back();
  while (count > 0) {
    int64_t row = begin / inner_length;
    const int64_t first = begin % inner_length;
    const int64_t run = std::min(inner_length - first, count);
    const T* source = from + first * inner_stride;
    for (size_t k = splat.lengths.size() - 1; k-- > 0;) {
      source += row % splat.lengths[k] * splat.strides[k];
      row /= splat.lengths[k];
    }
    if (inner_stride == 0) {
      std::fill_n(to, run, *source);
    } else if (inner_stride == 1) {
      std::copy_n(source, run, to);
    } else {
      for (int64_t i = 0; i < run; ++i) to[i] = source[i * inner_stride];
    }
    to += run;
    begin += run;
    count -= run;
  }
}

// Elements [begin, begin + count) of the view.
void FillSplat(const RegionSplat& splat, const std::byte* from, std::byte* to, int64_t begin,
               int64_t count) {
  const auto fill = [&]<typename T>() {
    Fill(splat, reinterpret_cast<const T*>(from), reinterpret_cast<T*>(to), begin, count);
  };
  switch (splat.element_nbytes) {
    case 1:
      return fill.operator()<uint8_t>();
    case 2:
      return fill.operator()<uint16_t>();
    case 4:
      return fill.operator()<uint32_t>();
    default:
      return fill.operator()<uint64_t>();
  }
}

class FusedElementwise : public Kernel {
 public:
  FusedElementwise(std::shared_ptr<const ir::Graph> region, RegionProgram program, int num_threads)
      : region_(std::move(region)), program_(std::move(program)), num_threads_(num_threads) {
    const auto blocks = static_cast<int64_t>(program_.num_scratch) +
                        static_cast<int64_t>(program_.result_nbytes.size());
    const int64_t fitting = kScratchNbytes / (program_.max_element_nbytes * blocks);
    block_ = std::clamp<int64_t>(fitting / 64 * 64, 256, 2048);
    num_blocks_ = (program_.num_elements + block_ - 1) / block_;
    const auto ops = static_cast<int64_t>(program_.instructions.size());
    grain_ = std::max<int64_t>(kElementOpsPerThread / (block_ * (ops + 2)), 1);
    slot_nbytes_ = block_ * program_.max_element_nbytes;
    piece_nbytes_ = slot_nbytes_ * blocks;
    for (const RegionSplat& splat : program_.splats) num_fixed_ += splat.lengths.empty();
  }

  int64_t workspace_nbytes() const override {
    return piece_nbytes_ * NumPieces(num_threads_, num_blocks_, grain_);
  }

  // Operands that are only read element by element; results that would be written too early are
  // staged.
  bool may_overwrite(size_t operand) const override {
    const auto is_repeated = [&](const RegionSplat& splat) {
      return splat.operand == static_cast<int32_t>(operand);
    };
    return std::none_of(program_.splats.begin(), program_.splats.end(), is_repeated);
  }

  absl::Status Run(const KernelArgs& args) const override {
    const Staged staged = StagedResults(args);
    ParallelPieces(num_threads_, num_blocks_, grain_,
                   [&](int64_t piece, int64_t begin, int64_t end) {
                     RunBlocks(args, staged, args.workspace + piece * piece_nbytes_, begin, end);
                   });
    return absl::OkStatus();
  }

 private:
  // Results that share an operand's bytes and are computed before its last read.
  Staged StagedResults(const KernelArgs& args) const {
    Staged staged;
    for (size_t o = 0; o < program_.written.size(); ++o) {
      for (size_t i = 0; i < program_.last_read.size(); ++i) {
        if (args.results[o] == args.operands[i] && program_.last_read[i] > program_.written[o]) {
          staged.push_back(static_cast<int32_t>(o));
          break;
        }
      }
    }
    return staged;
  }

  // A pointer that moves by `step` bytes a block.
  struct Cursor {
    std::byte* base;
    int64_t step;
    std::byte* at(int64_t block) const { return base + block * step; }
  };

  std::byte* Staging(std::byte* scratch, size_t result) const {
    return scratch + (static_cast<int64_t>(program_.num_scratch) + static_cast<int64_t>(result)) *
                         slot_nbytes_;
  }

  Cursor CursorOf(const RegionPlace& place, const KernelArgs& args, const Staged& staged,
                  std::byte* scratch) const {
    const auto index = static_cast<size_t>(place.index);
    switch (place.kind) {
      case Kind::kOperand:
        return {const_cast<std::byte*>(args.operands[index]),
                block_ * program_.operand_nbytes[index]};
      case Kind::kResult:
        if (std::find(staged.begin(), staged.end(), place.index) != staged.end()) {
          return {Staging(scratch, index), 0};
        }
        return {args.results[index], block_ * program_.result_nbytes[index]};
      case Kind::kScratch:
        break;
    }
    return {scratch + place.index * slot_nbytes_, 0};
  }

  void FillSplats(const KernelArgs& args, std::byte* scratch, size_t first, size_t last,
                  int64_t begin, int64_t count) const {
    for (size_t i = first; i < last; ++i) {
      const RegionSplat& splat = program_.splats[i];
      const std::byte* from =
          splat.operand < 0 ? splat.constant : args.operands[static_cast<size_t>(splat.operand)];
      FillSplat(splat, from, scratch + splat.scratch * slot_nbytes_, begin, count);
    }
  }

  // Asks for the operands of a block while the one before it is computed: between the loops that
  // read memory others only compute, and neither should wait for the other.
  void Prefetch(const KernelArgs& args, int64_t block) const {
    constexpr int64_t kCacheLine = 64;
    const int64_t first = block * block_;
    const int64_t count = std::min(block_, program_.num_elements - first);
    for (size_t i = 0; i < program_.last_read.size(); ++i) {
      if (program_.last_read[i] < 0) continue;
      const int64_t element_nbytes = program_.operand_nbytes[i];
      const std::byte* from = args.operands[i] + first * element_nbytes;
      for (int64_t at = 0; at < count * element_nbytes; at += kCacheLine) {
        __builtin_prefetch(from + at);
      }
    }
  }

  void RunBlocks(const KernelArgs& args, const Staged& staged, std::byte* scratch, int64_t begin,
                 int64_t end) const {
    FillSplats(args, scratch, 0, num_fixed_, 0, block_);
    absl::InlinedVector<Cursor, 64> cursors;  // of each instruction's operands, then its result
    for (const RegionInstruction& instruction : program_.instructions) {
      for (const RegionPlace& place : instruction.operands) {
        cursors.push_back(CursorOf(place, args, staged, scratch));
      }
      cursors.push_back(CursorOf(instruction.result, args, staged, scratch));
    }
    std::array<const std::byte*, kMaxOperands> operands;
    for (int64_t b = begin; b < end; ++b) {
      const int64_t first = b * block_;
      const int64_t count = std::min(block_, program_.num_elements - first);
      if (b + 1 < end) Prefetch(args, b + 1);
      FillSplats(args, scratch, num_fixed_, program_.splats.size(), first, count);
      const Cursor* cursor = cursors.data();
      for (const RegionInstruction& instruction : program_.instructions) {
        for (size_t i = 0; i < instruction.operands.size(); ++i) operands[i] = cursor++->at(b);
        instruction.loop(operands.data(), cursor++->at(b), count);
      }
      for (const int32_t result : staged) {
        const auto o = static_cast<size_t>(result);
        std::memcpy(args.results[o] + first * program_.result_nbytes[o], Staging(scratch, o),
                    static_cast<size_t>(count * program_.result_nbytes[o]));
      }
    }
  }

  const std::shared_ptr<const ir::Graph> region_;  // holds the constants
  const RegionProgram program_;
  const int num_threads_;
  int64_t block_ = 0;  // elements
  int64_t num_blocks_ = 0;
  int64_t grain_ = 1;  // blocks
  int64_t slot_nbytes_ = 0;
  int64_t piece_nbytes_ = 0;
  size_t num_fixed_ = 0;  // splats that are filled once a piece
};

std::unique_ptr<Kernel> MakeFusedElementwise(const KernelRequest& request) {
  RegionProgram program;
  if (!CompileRegion(*request.regions[0], &program)) return nullptr;
  return std::make_unique<FusedElementwise>(request.regions[0], std::move(program),
                                            request.num_threads);
}

}  // namespace

void RegisterFusedElementwise(KernelRegistry& registry) {
  registry.Add(transform::kFusedElementwise, MakeFusedElementwise);
}

}  // namespace tricorn::backend::cpu
