#include "core/backend/cuda/launch_group.h"

#include <algorithm>
#include <limits>
#include <string>

#include "core/backend/cuda/cuda_error.h"
#include "core/backend/cuda/generated_kernel.h"
#include "core/base/status.h"

namespace tricorn::backend::cuda {
namespace {

constexpr int kThreads = 256;
// Of one launch: parameters have 32,764 bytes; bodies are compiled one after another, and those
// with shared memory have it beside each other.
constexpr size_t kMaxPointers = 4000;
constexpr size_t kMaxBodies = 32;
constexpr size_t kMaxSharedBodies = 8;

// A node of the group.
struct Member {
  std::unique_ptr<Kernel> owner;
  const GeneratedKernel* kernel = nullptr;
  std::vector<size_t> operands;  // of the group
  size_t first_result = 0;
  size_t num_results = 0;

  const GeneratedKernel::Stage& stage() const { return kernel->stages()[0]; }
  size_t num_pointers() const { return operands.size() + num_results; }
};

// A body as a function of the addresses in its pointers, of its block and of its size. The block
// has the name under which a kernel of its own would know it.
std::string FunctionCode(const Member& member, size_t number) {
  std::string text = fmt::format(
      "__device__ inline void Member{}(u8* const* at, const Block blockIdx, "
      "const i64 num_elements) {{\n",
      number);
  const std::vector<std::string>& types = member.kernel->pointer_types();
  for (size_t i = 0; i < types.size(); ++i) {
    text += fmt::format("{0} const {1} = ({0})at[{2}];\n", types[i],
                        PointerName(i, member.kernel->num_operands()), i);
  }
  return text + member.stage().body + "}\n";
}

// Bodies are the same function when they do the same to the same types.
std::string KeyOf(const Member& member) {
  std::string key;
  for (const std::string& type : member.kernel->pointer_types()) key += type + ",";
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
    return {.declarations = "struct Block { u32 x, y; };\n" + functions_ + table_.Code(),
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
  std::string functions_;
  Table table_;
  std::vector<size_t> members_;
};

class LaunchGroup : public Kernel {
 public:
  LaunchGroup(std::vector<Member> members, SourceModule& module) : members_(std::move(members)) {
    std::vector<LaunchCode> codes(1);
    for (size_t i = 0; i < members_.size(); ++i) {
      if (codes.back().Add(members_[i], i)) continue;
      codes.emplace_back();
      CHECK(codes.back().Add(members_[i], i));
    }
    for (const LaunchCode& code : codes) {
      if (code.blocks() == 0) continue;
      launches_.push_back({module.Add(code.Source()), code.blocks(), code.members()});
    }
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

  absl::Status Enqueue(const KernelArgs& args) const override {
    for (const SharedLaunch& launch : launches_) {
      std::vector<std::byte*> pointers;
      for (const size_t index : launch.members) {
        const Member& member = members_[index];
        for (const size_t operand : member.operands) pointers.push_back(args.operands[operand]);
        for (size_t i = 0; i < member.num_results; ++i) {
          pointers.push_back(args.results[member.first_result + i]);
        }
      }
      void* parameters[] = {pointers.data()};
      RETURN_IF_CUDA_ERROR(cudaLaunchKernel(static_cast<const void*>(launch.function->handle),
                                            dim3(static_cast<unsigned>(launch.blocks)),
                                            dim3(kThreads), parameters, 0, args.stream));
    }
    return absl::OkStatus();
  }

 private:
  struct SharedLaunch {
    std::shared_ptr<const Function> function;
    int64_t blocks;
    std::vector<size_t> members;
  };

  const std::vector<Member> members_;
  std::vector<SharedLaunch> launches_;
};

}  // namespace

bool MayShareLaunch(const Kernel& kernel) {
  const auto* generated = dynamic_cast<const GeneratedKernel*>(&kernel);
  return generated != nullptr && generated->stages().size() == 1 &&
         generated->workspace_nbytes() == 0 && generated->stages()[0].launch.threads == kThreads;
}

std::unique_ptr<Kernel> MakeLaunchGroup(
    const KernelRequest& request,
    const std::function<std::unique_ptr<Kernel>(const ir::Node&, SourceModule&)>& make) {
  const ir::Graph& region = *request.regions[0];
  SourceModule scratch;  // of the kernels that the members would have alone
  std::vector<Member> members;
  size_t next_result = 0;
  for (const ir::Node& node : region.nodes()) {
    Member member;
    member.owner = make(node, scratch);
    if (member.owner == nullptr || !MayShareLaunch(*member.owner)) return nullptr;
    member.kernel = static_cast<const GeneratedKernel*>(member.owner.get());
    for (const ir::ValueId id : node.operands) {
      // Members read the region's inputs alone.
      member.operands.push_back(
          static_cast<size_t>(region.values()[static_cast<size_t>(id)].index));
    }
    member.first_result = next_result;
    member.num_results = node.results.size();
    next_result += node.results.size();
    members.push_back(std::move(member));
  }
  return std::make_unique<LaunchGroup>(std::move(members), request.module);
}

}  // namespace tricorn::backend::cuda
