#include "core/backend/cuda/program/launch_group.h"

#include <algorithm>
#include <limits>
#include <string>

#include "core/backend/cuda/kernel/generated_kernel.h"
#include "core/backend/cuda/runtime/cuda_error.h"
#include "core/base/status.h"

namespace tricorn::backend::cuda {
namespace {

constexpr int kThreads = 256;
// Of one launch: parameters have 32,764 bytes; bodies are compiled one after another, and those
// with shared memory have it beside each other.
constexpr size_t kMaxPointers = 4000;
constexpr size_t kMaxBodies = 32;
constexpr size_t kMaxSharedBodies = 8;
constexpr size_t kMaxNameLength = 128;
constexpr int64_t kWorkspaceAlignment = 64;

// A node of the group.
struct Member {
  std::unique_ptr<Kernel> kernel;
  const GeneratedKernel* shareable = nullptr;  // the kernel, if it may be part of a launch
  std::vector<size_t> operands;                // of the group
  size_t first_result = 0;
  size_t num_results = 0;
  int64_t workspace = 0;  // where its own begins in the group's

  const GeneratedKernel::Stage& stage() const { return shareable->stages()[0]; }
  size_t num_pointers() const { return operands.size() + num_results; }
};

// The kernel as one that may be part of a launch with others.
const GeneratedKernel* Shareable(const Kernel& kernel) {
  const auto* generated = dynamic_cast<const GeneratedKernel*>(&kernel);
  const bool may = generated != nullptr && generated->stages().size() == 1 &&
                   generated->workspace_nbytes() == 0 &&
                   generated->stages()[0].launch.threads == kThreads &&
                   generated->stages()[0].launch.shared_nbytes == 0;
  return may ? generated : nullptr;
}

// A body as a function of the addresses in its pointers, of its block and of its size. The block
// has the name under which a kernel of its own would know it.
std::string FunctionCode(const Member& member, size_t number) {
  std::string text = fmt::format(
      "__device__ inline void Member{}(u8* const* at, const Block blockIdx, "
      "const i64 num_elements) {{\n",
      number);
  const std::vector<std::string>& types = member.shareable->pointer_types();
  for (size_t i = 0; i < types.size(); ++i) {
    text += fmt::format("{0} const {1} = ({0})at[{2}];\n", types[i],
                        PointerName(i, member.shareable->num_operands()), i);
  }
  return text + member.stage().body + "}\n";
}

// Bodies are the same function when they do the same to the same types.
std::string KeyOf(const Member& member) {
  std::string key;
  for (const std::string& type : member.shareable->pointer_types()) key += type + ",";
  return key + member.stage().body;
}

// What the blocks of a launch look up: a row of numbers a member.
class Table {
 public:
  void Add(const Member& member, size_t body) {
    const Launch& launch = member.stage().launch;
    blocks_ += launch.blocks * launch.blocks_y;
    Append(ends_, blocks_);
    Append(columns_, std::max<int64_t>(launch.blocks, 1));
    Append(pointers_, static_cast<int64_t>(num_pointers_));
    Append(sizes_, member.stage().num_elements);
    Append(bodies_, static_cast<int64_t>(body));
    num_pointers_ += member.num_pointers();
    ++num_members_;
  }
  int64_t blocks() const { return blocks_; }
  size_t num_members() const { return num_members_; }
  size_t num_pointers() const { return num_pointers_; }

  std::string Code() const {
    return fmt::format(
        "__constant__ const u32 kEnds[] = {{{}}};\n__constant__ const u32 kColumns[] = {{{}}};\n"
        "__constant__ const u32 kPointers[] = {{{}}};\n__constant__ const i64 kSizes[] = {{{}}};\n"
        "__constant__ const u32 kBodies[] = {{{}}};\n"
        "struct Pointers {{ u8* at[{}]; }};\n",
        ends_, columns_, pointers_, sizes_, bodies_, num_pointers_);
  }

 private:
  static void Append(std::string& row, int64_t number) { row += fmt::format("{},", number); }

  int64_t blocks_ = 0;
  size_t num_members_ = 0;
  size_t num_pointers_ = 0;
  std::string ends_, columns_, pointers_, sizes_, bodies_;
};

// One launch under construction.
class LaunchCode {
 public:
  // False when it is full.
  bool Add(const Member& member, size_t index) {
    const Launch& launch = member.stage().launch;
    const bool fits =
        table_.blocks() + launch.blocks * launch.blocks_y <= std::numeric_limits<int32_t>::max() &&
        table_.num_pointers() + member.num_pointers() <= kMaxPointers;
    if (!fits && !members_.empty()) return false;
    const std::string key = KeyOf(member);
    const auto known = std::find(keys_.begin(), keys_.end(), key);
    const auto body = static_cast<size_t>(known - keys_.begin());
    if (known == keys_.end()) {
      const bool shared = member.stage().body.find("__shared__") != std::string::npos;
      if (keys_.size() == kMaxBodies || (shared && num_shared_ == kMaxSharedBodies)) return false;
      num_shared_ += shared ? 1 : 0;
      functions_ += FunctionCode(member, body);
      if (name_.size() < kMaxNameLength) name_ += "_" + member.shareable->name();
      keys_.push_back(key);
    }
    table_.Add(member, body);
    members_.push_back(index);
    return true;
  }

  KernelSource Source() const {
    std::string cases;
    for (size_t body = 0; body < keys_.size(); ++body) {
      cases += fmt::format(
          "case {0}: Member{0}(pointers.at + kPointers[m], block, kSizes[m]); break;\n", body);
    }
    size_t step = 1;
    while (step * 2 < table_.num_members()) step *= 2;
    return {.name = name_,
            .declarations = "struct Block { u32 x, y; };\n" + functions_ + table_.Code(),
            .parameters = "const __grid_constant__ Pointers pointers",
            // Its member: the first that ends after this block.
            .body = fmt::format(
                "u32 m = 0;\n"
                "for (u32 step = {}; step > 0; step /= 2) {{\n"
                "if (m + step < {} && kEnds[m + step - 1] <= blockIdx.x) m += step;\n}}\n"
                "const u32 b = blockIdx.x - (m == 0 ? 0 : kEnds[m - 1]);\n"
                "const Block block = {{b % kColumns[m], b / kColumns[m]}};\n"
                "switch (kBodies[m]) {{\n{}}}\n",
                step, table_.num_members(), cases),
            .threads = kThreads};
  }
  int64_t blocks() const { return table_.blocks(); }
  const std::vector<size_t>& members() const { return members_; }

 private:
  std::vector<std::string> keys_;
  size_t num_shared_ = 0;
  std::string name_ = "side_by_side";
  std::string functions_;
  Table table_;
  std::vector<size_t> members_;
};

class LaunchGroup : public Kernel {
 public:
  LaunchGroup(std::vector<Member> members, SourceModule& module, SideStreams& streams)
      : members_(std::move(members)), streams_(streams) {
    std::vector<LaunchCode> codes(1);
    for (size_t i = 0; i < members_.size(); ++i) {
      if (members_[i].shareable == nullptr) {
        alone_.push_back(i);
      } else if (!codes.back().Add(members_[i], i)) {
        codes.emplace_back();
        CHECK(codes.back().Add(members_[i], i));
      }
    }
    for (const LaunchCode& code : codes) {
      if (code.blocks() == 0) continue;
      launches_.push_back({module.Add(code.Source()), code.blocks(), code.members()});
    }
  }

  int64_t workspace_nbytes() const override {
    const Member& last = members_.back();
    return last.workspace + last.kernel->workspace_nbytes();
  }

  // A member's own result over an operand that nobody else reads.
  bool may_overwrite(size_t operand, size_t result) const override {
    bool may = false;
    for (const Member& member : members_) {
      for (size_t i = 0; i < member.operands.size(); ++i) {
        if (member.operands[i] != operand) continue;
        const bool own =
            result >= member.first_result && result < member.first_result + member.num_results;
        if (!own || !member.kernel->may_overwrite(i, result - member.first_result)) return false;
        may = true;
      }
    }
    return may;
  }

  bool can_be_captured() const override {
    return std::all_of(members_.begin(), members_.end(),
                       [](const Member& member) { return member.kernel->can_be_captured(); });
  }

  // What runs alone goes to the side streams in turn, but that the main one is never idle.
  absl::Status Enqueue(const KernelArgs& args) const override {
    const auto count = static_cast<int>(alone_.size());
    const int on_main = launches_.empty() && count > 0 ? 1 : 0;
    const int sides = std::min(count - on_main, SideStreams::kCount);
    RETURN_IF_ERROR(streams_.Fork(args.stream, sides));
    for (int i = 0; i < count; ++i) {
      const cudaStream_t stream =
          i < on_main ? args.stream : streams_.stream((i - on_main) % sides);
      RETURN_IF_ERROR(EnqueueAlone(members_[alone_[static_cast<size_t>(i)]], args, stream));
    }
    for (const SharedLaunch& launch : launches_) RETURN_IF_ERROR(EnqueueShared(launch, args));
    return streams_.Join(args.stream, sides);
  }

 private:
  struct SharedLaunch {
    std::shared_ptr<const Function> function;
    int64_t blocks;
    std::vector<size_t> members;
  };

  static void AppendAddresses(const Member& member, const KernelArgs& args,
                              std::vector<std::byte*>& addresses) {
    for (const size_t operand : member.operands) addresses.push_back(args.operands[operand]);
    for (size_t i = 0; i < member.num_results; ++i) {
      addresses.push_back(args.results[member.first_result + i]);
    }
  }

  static absl::Status EnqueueAlone(const Member& member, const KernelArgs& args,
                                   cudaStream_t stream) {
    std::vector<std::byte*> addresses;
    AppendAddresses(member, args, addresses);
    const std::span<std::byte* const> all(addresses);
    return member.kernel->Enqueue({.operands = all.first(member.operands.size()),
                                   .results = all.subspan(member.operands.size()),
                                   .workspace = args.workspace + member.workspace,
                                   .stream = stream,
                                   .context = args.context});
  }

  absl::Status EnqueueShared(const SharedLaunch& launch, const KernelArgs& args) const {
    std::vector<std::byte*> addresses;
    for (const size_t index : launch.members) AppendAddresses(members_[index], args, addresses);
    void* parameters[] = {addresses.data()};
    return ToStatus(cudaLaunchKernel(static_cast<const void*>(launch.function->handle),
                                     dim3(static_cast<unsigned>(launch.blocks)), dim3(kThreads),
                                     parameters, 0, args.stream),
                    "cudaLaunchKernel");
  }

  const std::vector<Member> members_;
  SideStreams& streams_;
  std::vector<SharedLaunch> launches_;
  std::vector<size_t> alone_;  // members that share no launch
};

}  // namespace

std::unique_ptr<Kernel> MakeLaunchGroup(
    const KernelRequest& request,
    const std::function<std::unique_ptr<Kernel>(const ir::Node&, SourceModule&)>& make) {
  const ir::Graph& region = *request.regions[0];
  SourceModule scratch;  // of the kernels that those which share a launch would have alone
  std::vector<Member> members;
  size_t next_result = 0;
  int64_t next_workspace = 0;
  for (const ir::Node& node : region.nodes()) {
    Member member;
    member.kernel = make(node, scratch);
    if (member.kernel == nullptr || !member.kernel->may_run_beside()) return nullptr;
    member.shareable = Shareable(*member.kernel);
    if (member.shareable == nullptr) member.kernel = make(node, request.module);
    for (const ir::ValueId id : node.operands) {
      // Members read the region's inputs alone.
      member.operands.push_back(
          static_cast<size_t>(region.values()[static_cast<size_t>(id)].index));
    }
    member.first_result = next_result;
    member.num_results = node.results.size();
    next_result += node.results.size();
    member.workspace = next_workspace;
    next_workspace += (member.kernel->workspace_nbytes() + kWorkspaceAlignment - 1) /
                      kWorkspaceAlignment * kWorkspaceAlignment;
    members.push_back(std::move(member));
  }
  return std::make_unique<LaunchGroup>(std::move(members), request.module,
                                       request.libraries.side_streams());
}

}  // namespace tricorn::backend::cuda
