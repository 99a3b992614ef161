#include "core/backend/cuda/program/control_flow.h"

#include <algorithm>

#include "core/backend/cuda/program/program.h"
#include "core/backend/cuda/runtime/cuda_error.h"
#include "core/base/status.h"
#include "core/ops/control/control.h"

namespace tricorn::backend::cuda {
namespace {

int64_t Aligned(int64_t nbytes) { return (nbytes + 63) / 64 * 64; }

// A region ready to run, with the sizes of its inputs and outputs.
class RegionRunner {
 public:
  RegionRunner(const ir::Graph& region, std::unique_ptr<Program> program)
      : program_(std::move(program)) {
    for (const ir::NamedValue& input : region.inputs()) {
      input_nbytes_.push_back(region.type(input.value).nbytes());
    }
    for (const ir::NamedValue& output : region.outputs()) {
      output_nbytes_.push_back(region.type(output.value).nbytes());
    }
  }

  // `carries` inputs share their buffers with the outputs of the same index.
  static absl::StatusOr<std::unique_ptr<RegionRunner>> Make(const Compilation& compilation,
                                                            const ir::Graph& region,
                                                            int64_t carries) {
    std::vector<std::pair<int32_t, int32_t>> donations;
    for (int32_t i = 0; i < carries; ++i) donations.emplace_back(i, i);
    ASSIGN_OR_RETURN(std::unique_ptr<Program> program,
                     CompileProgram(compilation, region, donations));
    return std::make_unique<RegionRunner>(region, std::move(program));
  }

  // The buffers that the steps of one run of the node read and write.
  class Session {
   public:
    // `arena` has arena_nbytes().
    Session(const RegionRunner& runner, std::byte* arena, const RunContext& context)
        : runner_(runner),
          arena_{arena, runner.arena_nbytes(), nullptr},
          context_{.collectives = context.collectives},
          inputs_(runner.input_nbytes_.size()),
          outputs_(runner.output_nbytes_.size()) {}

    void SetInput(size_t i, std::byte* data) {
      inputs_[i] = {data, runner_.input_nbytes_[i], nullptr};
    }
    void SetOutput(size_t i, std::byte* data) {
      outputs_[i] = {data, runner_.output_nbytes_[i], nullptr};
    }
    absl::Status Enqueue() {
      const Frame frame = runner_.program_->Bind(arena_, inputs_, outputs_);
      return runner_.program_->Enqueue(frame, inputs_, outputs_, context_);
    }

   private:
    const RegionRunner& runner_;
    const Buffer arena_;
    const RunContext context_;
    std::vector<Buffer> inputs_;
    std::vector<Buffer> outputs_;
  };

  bool can_be_captured() const { return program_->can_be_captured_in({}); }
  int64_t arena_nbytes() const { return program_->arena_nbytes(); }
  int64_t input_nbytes(size_t i) const { return input_nbytes_[i]; }
  int64_t output_nbytes(size_t i) const { return output_nbytes_[i]; }

 private:
  const std::unique_ptr<Program> program_;
  std::vector<int64_t> input_nbytes_;
  std::vector<int64_t> output_nbytes_;
};

using Runner = std::unique_ptr<RegionRunner>;

absl::Status Copy(const std::byte* from, std::byte* to, int64_t nbytes, cudaStream_t stream) {
  if (from == to || nbytes == 0) return absl::OkStatus();
  return ToStatus(
      cudaMemcpyAsync(to, from, static_cast<size_t>(nbytes), cudaMemcpyDeviceToDevice, stream),
      "cudaMemcpyAsync");
}

// Carries begin as the operands and are then updated where the results are to be.
absl::Status BeginCarry(const KernelArgs& args, size_t i, int64_t nbytes) {
  return Copy(args.operands[i], args.results[i], nbytes, args.stream);
}

// Waits for the stream.
template <typename T>
absl::StatusOr<T> Read(const std::byte* from, cudaStream_t stream) {
  T value{};
  RETURN_IF_CUDA_ERROR(
      cudaMemcpyAsync(&value, from, sizeof(value), cudaMemcpyDeviceToHost, stream));
  RETURN_IF_CUDA_ERROR(cudaStreamSynchronize(stream));
  return value;
}

// Libraries want the operands of products at multiples of this.
constexpr int64_t kRowAlignment = 16;

class ScanKernel : public Kernel {
 public:
  ScanKernel(ops::ScanAttrs attrs, size_t num_ys, Runner body)
      : attrs_(attrs), body_(std::move(body)) {
    for (size_t i = 0; i < static_cast<size_t>(attrs.num_xs); ++i) {
      xs_.push_back(AddRow(body_->input_nbytes(static_cast<size_t>(attrs.num_carries) + i)));
    }
    for (size_t i = 0; i < num_ys; ++i) {
      ys_.push_back(AddRow(body_->output_nbytes(static_cast<size_t>(attrs.num_carries) + i)));
    }
  }

  // The body's arena, then the rows that are staged.
  int64_t workspace_nbytes() const override {
    return Aligned(body_->arena_nbytes()) + rows_nbytes_;
  }
  bool can_be_captured() const override { return body_->can_be_captured(); }

  absl::Status Enqueue(const KernelArgs& args) const override {
    const auto num_carries = static_cast<size_t>(attrs_.num_carries);
    const size_t num_sliced = num_carries + xs_.size();
    std::byte* const rows = args.workspace + Aligned(body_->arena_nbytes());
    RegionRunner::Session session(*body_, args.workspace, args.context);
    for (size_t i = 0; i < num_carries; ++i) {
      RETURN_IF_ERROR(BeginCarry(args, i, body_->input_nbytes(i)));
      session.SetInput(i, args.results[i]);
      session.SetOutput(i, args.results[i]);
    }
    for (size_t i = num_sliced; i < args.operands.size(); ++i) {
      session.SetInput(i, args.operands[i]);
    }
    for (int64_t step = 0; step < attrs_.length; ++step) {
      const int64_t t = attrs_.reverse ? attrs_.length - 1 - step : step;
      for (size_t i = 0; i < xs_.size(); ++i) {
        std::byte* const row = args.operands[num_carries + i] + t * xs_[i].nbytes;
        std::byte* const staged = xs_[i].staged < 0 ? row : rows + xs_[i].staged;
        RETURN_IF_ERROR(Copy(row, staged, xs_[i].nbytes, args.stream));
        session.SetInput(num_carries + i, staged);
      }
      for (size_t i = 0; i < ys_.size(); ++i) {
        std::byte* const row = args.results[num_carries + i] + t * ys_[i].nbytes;
        session.SetOutput(num_carries + i, ys_[i].staged < 0 ? row : rows + ys_[i].staged);
      }
      RETURN_IF_ERROR(session.Enqueue());
      for (size_t i = 0; i < ys_.size(); ++i) {
        std::byte* const row = args.results[num_carries + i] + t * ys_[i].nbytes;
        if (ys_[i].staged < 0) continue;
        RETURN_IF_ERROR(Copy(rows + ys_[i].staged, row, ys_[i].nbytes, args.stream));
      }
    }
    return absl::OkStatus();
  }

 private:
  // A slice of a sequence: where the sequence's rows do not lie at aligned addresses, each is
  // copied to one, `staged` bytes into the workspace.
  struct Row {
    int64_t nbytes = 0;
    int64_t staged = -1;
  };

  Row AddRow(int64_t nbytes) {
    if (nbytes % kRowAlignment == 0) return {nbytes, -1};
    return {nbytes, std::exchange(rows_nbytes_, rows_nbytes_ + Aligned(nbytes))};
  }

  const ops::ScanAttrs attrs_;
  const Runner body_;
  std::vector<Row> xs_, ys_;
  int64_t rows_nbytes_ = 0;
};

class WhileKernel : public Kernel {
 public:
  WhileKernel(size_t num_carries, Runner condition, Runner body)
      : num_carries_(num_carries), condition_(std::move(condition)), body_(std::move(body)) {}

  // The condition's result, then both arenas.
  int64_t workspace_nbytes() const override {
    return 64 + Aligned(condition_->arena_nbytes()) + body_->arena_nbytes();
  }
  bool can_be_captured() const override { return false; }

  absl::Status Enqueue(const KernelArgs& args) const override {
    std::byte* const arenas = args.workspace + 64;
    RegionRunner::Session condition(*condition_, arenas, args.context);
    RegionRunner::Session body(*body_, arenas + Aligned(condition_->arena_nbytes()), args.context);
    for (size_t i = 0; i < args.operands.size(); ++i) {
      const bool is_carry = i < num_carries_;
      if (is_carry) {
        RETURN_IF_ERROR(BeginCarry(args, i, body_->input_nbytes(i)));
        body.SetOutput(i, args.results[i]);
      }
      std::byte* const data = is_carry ? args.results[i] : args.operands[i];
      condition.SetInput(i, data);
      body.SetInput(i, data);
    }
    condition.SetOutput(0, args.workspace);
    while (true) {
      RETURN_IF_ERROR(condition.Enqueue());
      ASSIGN_OR_RETURN(const bool goes_on, Read<bool>(args.workspace, args.stream));
      if (!goes_on) return absl::OkStatus();
      RETURN_IF_ERROR(body.Enqueue());
    }
  }

 private:
  const size_t num_carries_;
  const Runner condition_;
  const Runner body_;
};

class SwitchKernel : public Kernel {
 public:
  explicit SwitchKernel(std::vector<Runner> branches) : branches_(std::move(branches)) {}

  int64_t workspace_nbytes() const override {
    int64_t nbytes = 0;
    for (const Runner& branch : branches_) nbytes = std::max(nbytes, branch->arena_nbytes());
    return nbytes;
  }
  bool can_be_captured() const override { return false; }

  absl::Status Enqueue(const KernelArgs& args) const override {
    ASSIGN_OR_RETURN(const auto index, Read<int32_t>(args.operands[0], args.stream));
    const auto last = static_cast<int32_t>(branches_.size() - 1);
    const auto at = static_cast<size_t>(std::clamp(index, 0, last));
    RegionRunner::Session branch(*branches_[at], args.workspace, args.context);
    for (size_t i = 1; i < args.operands.size(); ++i) branch.SetInput(i - 1, args.operands[i]);
    for (size_t i = 0; i < args.results.size(); ++i) branch.SetOutput(i, args.results[i]);
    return branch.Enqueue();
  }

 private:
  const std::vector<Runner> branches_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Kernel>> MakeControlFlowKernel(const Compilation& compilation,
                                                              const ir::Node& node) {
  const auto make = [&](size_t region, int64_t carries) {
    return RegionRunner::Make(compilation, *node.regions[region], carries);
  };
  if (node.op == &ops::kScan) {
    const auto& attrs = node.attrs.As<ops::ScanAttrs>();
    ASSIGN_OR_RETURN(Runner body, make(0, attrs.num_carries));
    const size_t num_ys = node.results.size() - static_cast<size_t>(attrs.num_carries);
    return std::make_unique<ScanKernel>(attrs, num_ys, std::move(body));
  }
  if (node.op == &ops::kWhile) {
    const int64_t num_carries = node.attrs.As<ops::WhileAttrs>().num_carries;
    ASSIGN_OR_RETURN(Runner condition, make(0, 0));
    ASSIGN_OR_RETURN(Runner body, make(1, num_carries));
    return std::make_unique<WhileKernel>(static_cast<size_t>(num_carries), std::move(condition),
                                         std::move(body));
  }
  CHECK(node.op == &ops::kSwitch);
  std::vector<Runner> branches;
  for (size_t i = 0; i < node.regions.size(); ++i) {
    ASSIGN_OR_RETURN(Runner branch, make(i, 0));
    branches.push_back(std::move(branch));
  }
  return std::make_unique<SwitchKernel>(std::move(branches));
}

}  // namespace tricorn::backend::cuda
