#include "core/backend/cpu/program/control_flow.h"

#include <algorithm>
#include <cstring>

#include "core/backend/cpu/program/frame_pool.h"
#include "core/backend/cpu/program/program_compiler.h"
#include "core/base/status.h"
#include "core/ops/control/control.h"

namespace tricorn::backend::cpu {
namespace {

// A region ready to run, with the sizes of its inputs and outputs.
class RegionRunner {
 public:
  RegionRunner(const ir::Graph& region, Program program)
      : program_(std::move(program)), frames_(program_) {
    for (const ir::NamedValue& input : region.inputs()) {
      input_nbytes_.push_back(region.type(input.value).nbytes());
    }
    for (const ir::NamedValue& output : region.outputs()) {
      output_nbytes_.push_back(region.type(output.value).nbytes());
    }
  }

  // `carries` inputs share their buffers with the outputs of the same index.
  static absl::StatusOr<std::unique_ptr<RegionRunner>> Make(const KernelRegistry& registry,
                                                            const ir::Graph& region, size_t carries,
                                                            int num_threads) {
    std::vector<std::pair<int32_t, int32_t>> donations;
    for (size_t i = 0; i < carries; ++i) {
      donations.emplace_back(static_cast<int32_t>(i), static_cast<int32_t>(i));
    }
    ASSIGN_OR_RETURN(Program program, CompileProgram(registry, region, donations, num_threads));
    return std::make_unique<RegionRunner>(region, std::move(program));
  }

  // One run of the node: a frame and the buffers that its steps read and write.
  class Session {
   public:
    static absl::StatusOr<Session> Begin(const RegionRunner& runner, const RunContext& context) {
      ASSIGN_OR_RETURN(std::unique_ptr<Frame> frame, runner.frames_.Take());
      return Session(runner, std::move(frame), context);
    }
    Session(Session&&) = default;
    ~Session() {
      if (frame_ != nullptr) runner_.frames_.Return(std::move(frame_));
    }

    void SetInput(size_t i, const std::byte* data) {
      inputs_[i] = {const_cast<std::byte*>(data), runner_.input_nbytes_[i], nullptr};
    }
    void SetOutput(size_t i, std::byte* data) {
      outputs_[i] = {data, runner_.output_nbytes_[i], nullptr};
    }
    absl::Status Step() { return runner_.program_.Run(*frame_, inputs_, outputs_, context_); }

   private:
    Session(const RegionRunner& runner, std::unique_ptr<Frame> frame, const RunContext& context)
        : runner_(runner),
          frame_(std::move(frame)),
          context_{.collectives = context.collectives},
          inputs_(runner.input_nbytes_.size()),
          outputs_(runner.output_nbytes_.size()) {}

    const RegionRunner& runner_;
    std::unique_ptr<Frame> frame_;
    const RunContext context_;
    std::vector<Buffer> inputs_;
    std::vector<Buffer> outputs_;
  };

  int64_t input_nbytes(size_t i) const { return input_nbytes_[i]; }
  int64_t output_nbytes(size_t i) const { return output_nbytes_[i]; }

 private:
  const Program program_;
  const FramePool frames_;
  std::vector<int64_t> input_nbytes_;
  std::vector<int64_t> output_nbytes_;
};

using Runner = std::unique_ptr<RegionRunner>;

// Carries begin as the operands and are then updated where the results are to be.
void BeginCarry(const KernelArgs& args, size_t i, int64_t nbytes) {
  std::memmove(args.results[i], args.operands[i], static_cast<size_t>(nbytes));
}

class ScanKernel : public Kernel {
 public:
  ScanKernel(ops::ScanAttrs attrs, Runner body) : attrs_(attrs), body_(std::move(body)) {}

  absl::Status Run(const KernelArgs& args) const override {
    const auto num_carries = static_cast<size_t>(attrs_.num_carries);
    const size_t num_sliced = num_carries + static_cast<size_t>(attrs_.num_xs);
    ASSIGN_OR_RETURN(auto session, RegionRunner::Session::Begin(*body_, args.context));
    for (size_t i = 0; i < num_carries; ++i) {
      BeginCarry(args, i, body_->input_nbytes(i));
      session.SetInput(i, args.results[i]);
      session.SetOutput(i, args.results[i]);
    }
    for (size_t i = num_sliced; i < args.operands.size(); ++i) {
      session.SetInput(i, args.operands[i]);
    }
    for (int64_t step = 0; step < attrs_.length; ++step) {
      const int64_t t = attrs_.reverse ? attrs_.length - 1 - step : step;
      for (size_t i = num_carries; i < num_sliced; ++i) {
        session.SetInput(i, args.operands[i] + t * body_->input_nbytes(i));
      }
      for (size_t i = num_carries; i < args.results.size(); ++i) {
        session.SetOutput(i, args.results[i] + t * body_->output_nbytes(i));
      }
      RETURN_IF_ERROR(session.Step());
    }
    return absl::OkStatus();
  }

 private:
  const ops::ScanAttrs attrs_;
  const Runner body_;
};

class WhileKernel : public Kernel {
 public:
  WhileKernel(size_t num_carries, Runner condition, Runner body)
      : num_carries_(num_carries), condition_(std::move(condition)), body_(std::move(body)) {}

  int64_t workspace_nbytes() const override { return 64; }

  absl::Status Run(const KernelArgs& args) const override {
    ASSIGN_OR_RETURN(auto condition, RegionRunner::Session::Begin(*condition_, args.context));
    ASSIGN_OR_RETURN(auto body, RegionRunner::Session::Begin(*body_, args.context));
    for (size_t i = 0; i < args.operands.size(); ++i) {
      const bool is_carry = i < num_carries_;
      if (is_carry) {
        BeginCarry(args, i, body_->input_nbytes(i));
        body.SetOutput(i, args.results[i]);
      }
      const std::byte* data = is_carry ? args.results[i] : args.operands[i];
      condition.SetInput(i, data);
      body.SetInput(i, data);
    }
    condition.SetOutput(0, args.workspace);
    while (true) {
      RETURN_IF_ERROR(condition.Step());
      if (args.workspace[0] == std::byte{0}) return absl::OkStatus();
      RETURN_IF_ERROR(body.Step());
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

  absl::Status Run(const KernelArgs& args) const override {
    const auto last = static_cast<int32_t>(branches_.size() - 1);
    const int32_t index = std::clamp(*args.operand<int32_t>(0), 0, last);
    ASSIGN_OR_RETURN(auto branch, RegionRunner::Session::Begin(
                                      *branches_[static_cast<size_t>(index)], args.context));
    for (size_t i = 1; i < args.operands.size(); ++i) branch.SetInput(i - 1, args.operands[i]);
    for (size_t i = 0; i < args.results.size(); ++i) branch.SetOutput(i, args.results[i]);
    return branch.Step();
  }

 private:
  const std::vector<Runner> branches_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Kernel>> MakeControlFlowKernel(const KernelRegistry& registry,
                                                              const ir::Node& node,
                                                              int num_threads) {
  const auto make = [&](size_t region, int64_t carries) {
    return RegionRunner::Make(registry, *node.regions[region], static_cast<size_t>(carries),
                              num_threads);
  };
  if (node.op == &ops::kScan) {
    const auto& attrs = node.attrs.As<ops::ScanAttrs>();
    ASSIGN_OR_RETURN(Runner body, make(0, attrs.num_carries));
    return std::make_unique<ScanKernel>(attrs, std::move(body));
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

}  // namespace tricorn::backend::cpu
