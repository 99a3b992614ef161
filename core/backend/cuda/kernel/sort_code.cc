#include "core/backend/cuda/kernel/sort_code.h"

#include <algorithm>

#include "core/base/status.h"

namespace tricorn::backend::cuda {
namespace {

constexpr int64_t kMaxPiece = 2048;

int64_t PieceOf(const SortPlan& plan) {
  int64_t piece = 64;
  while (piece < std::min(plan.length, kMaxPiece)) piece *= 2;
  return piece;
}

int64_t NumPieces(const SortPlan& plan) {
  return std::max<int64_t>((plan.length + kMaxPiece - 1) / kMaxPiece, 1);
}

// The keys of all rows, each piece in order, then where each of them was.
std::string Workspace(const SortPlan& plan) {
  return fmt::format("u64* const keys = (u64*)workspace; u32* const places = (u32*)(keys + {});\n",
                     plan.rows * plan.length);
}

}  // namespace

int64_t SortWorkspaceNbytes(const SortPlan& plan) {
  return (plan.rows * plan.length * 12 + 63) / 64 * 64;
}

std::vector<GeneratedKernel::Stage> SortStages(const SortPlan& plan) {
  const int64_t piece = PieceOf(plan), pieces = NumPieces(plan);
  std::string code = fmt::format(
      "typedef i64 Index;\n__shared__ u64 piece_keys[{piece}]; __shared__ u32 "
      "piece_places[{piece}];"
      "\n{workspace}const Index row = blockIdx.x / {pieces};\n"
      "const Index begin = blockIdx.x % {pieces} * {piece};\n"
      "for (int i = threadIdx.x; i < {piece}; i += {half}) {{\n"
      "const Index k = begin + i;\n"
      "piece_keys[i] = k < {length} ? {key} : ~0ull;\n"
      "piece_places[i] = k < {length} ? u32(k) : ~0u;\n}}\n"
      "SortShared<{piece}>(piece_keys, piece_places);\n"
      "for (int i = threadIdx.x; i < {piece} && begin + i < {length}; i += {half}) {{\n",
      fmt::arg("piece", piece), fmt::arg("workspace", Workspace(plan)), fmt::arg("pieces", pieces),
      fmt::arg("half", piece / 2), fmt::arg("length", plan.length), fmt::arg("key", plan.key));
  if (pieces == 1) {
    code += fmt::format(
        "const Index rank = i; const u64 key = piece_keys[i]; const u32 place = piece_places[i];\n"
        "{}}}\n",
        plan.result);
  } else {
    code += fmt::format(
        "keys[row * {0} + begin + i] = piece_keys[i];\n"
        "places[row * {0} + begin + i] = piece_places[i];\n}}\n",
        plan.length);
  }
  std::vector<GeneratedKernel::Stage> stages{
      {code, {.blocks = plan.rows * pieces, .threads = static_cast<int>(piece / 2)}}};
  if (pieces == 1) return stages;
  // Equal keys of an earlier piece come before, those of a later one after.
  const std::string merge = fmt::format(
      "typedef i64 Index;\nconst Index i = Index(blockIdx.x) * 256 + threadIdx.x;\n"
      "if (i >= {all}) return;\n{workspace}const Index row = i / {length};\n"
      "const Index within = i - row * {length};\nconst u64 key = keys[i];\n"
      "const u32 place = places[i];\nconst int own = within / {piece};\n"
      "Index rank = within % {piece};\n"
      "for (int p = 0; p < {pieces}; ++p) {{\nif (p == own) continue;\n"
      "const u64* const piece = keys + row * {length} + p * {piece};\n"
      "const int count = p == {pieces} - 1 ? {last} : {piece};\n"
      "rank += CountBelow(piece, count, key, p < own);\n}}\n{result}",
      fmt::arg("all", plan.rows * plan.length), fmt::arg("workspace", Workspace(plan)),
      fmt::arg("length", plan.length), fmt::arg("piece", piece), fmt::arg("pieces", pieces),
      fmt::arg("last", plan.length - (pieces - 1) * piece), fmt::arg("result", plan.result));
  stages.push_back({merge, {.blocks = (plan.rows * plan.length + 255) / 256}});
  return stages;
}

}  // namespace tricorn::backend::cuda
