#include "core/keras/layers/operations/op_forms.h"
#include "core/keras/layers/operations/op_table.h"
#include "core/ops/creation/creation.h"

namespace tricorn::keras {
namespace {

using namespace op_forms;

template <int value>
Values Constant(OpArguments& a) {
  return {ops::Full(a.builder(), {a.Dtype("dtype", DType::kF32), a.ShapeOf("shape")}, value)};
}

template <int value>
Values Like(OpArguments& a) {
  const Value x = a.Tensor("x");
  return {ops::Full(a.builder(), {a.Dtype("dtype", x.dtype()), x.shape()}, value)};
}

Values Full(OpArguments& a) {
  const Value value = a.Tensor("fill_value");
  const Value cast = ops::Cast(value, a.Dtype("dtype", DType::kF32));
  return {ops::BroadcastTo(cast, a.ShapeOf("shape"))};
}

Values FullLike(OpArguments& a) {
  const Value x = a.Tensor("x");
  const Value value = ops::Cast(a.Tensor("fill_value"), a.Dtype("dtype", x.dtype()));
  return {ops::BroadcastTo(value, x.shape())};
}

// -- Ranges -------------------------------------------------------------------------------------

// Of numbers that are known; float32 unless all are integers.
Values Arange(OpArguments& a) {
  double start = a.Number("start"), stop = a.Number("stop", 0);
  bool is_integer = a.Literal("start").is_int();
  for (const char* name : {"stop", "step"}) {
    is_integer = is_integer && (!a.Has(name) || a.Literal(name).is_int());
  }
  if (!a.Has("stop")) std::swap(start, stop);
  return {ops::Arange(a.builder(), start, stop, a.Number("step", 1),
                      a.Dtype("dtype", is_integer ? DType::kI32 : DType::kF32))};
}

// Numbers that are known are exact until the result is rounded.
Value Bound(OpArguments& a, std::string_view name) {
  const ops::Arg bound = a.TensorOrNumber(name);
  return bound.is_number() ? ops::Scalar(a.builder(), bound.number(), DType::kF64) : bound.value();
}
Value Rounded(OpArguments& a, const Value& start, const Value& stop, Value y) {
  const bool exact = a.Literal("start").is_number() && a.Literal("stop").is_number();
  const DType promoted = ops::Promote(start.dtype(), stop.dtype());
  const DType dtype = exact || !IsFloating(promoted) ? DType::kF32 : promoted;
  return ops::Cast(y, a.Dtype("dtype", dtype));
}

Values Linspace(OpArguments& a) {
  const Value start = Bound(a, "start"), stop = Bound(a, "stop");
  const int64_t num = a.Int("num", 50);
  const bool endpoint = a.Flag("endpoint", true);
  const Value y = ops::Linspace(start, stop, num, endpoint, a.Int("axis", 0));
  if (!a.Flag("retstep", false)) return {Rounded(a, start, stop, y)};
  return {Rounded(a, start, stop, y),
          Rounded(a, start, stop, ops::LinspaceStep(start, stop, num, endpoint))};
}

Values Logspace(OpArguments& a) {
  const Value start = Bound(a, "start"), stop = Bound(a, "stop");
  const Value y = ops::Logspace(start, stop, a.Int("num", 50), a.Flag("endpoint", true),
                                a.Number("base", 10), a.Int("axis", 0));
  return {Rounded(a, start, stop, y)};
}

Values Geomspace(OpArguments& a) {
  const Value start = Bound(a, "start"), stop = Bound(a, "stop");
  const Value y =
      ops::Geomspace(start, stop, a.Int("num", 50), a.Flag("endpoint", true), a.Int("axis", 0));
  return {Rounded(a, start, stop, y)};
}

Values Meshgrid(OpArguments& a) {
  const std::string indexing = a.Text("indexing", "xy");
  if (indexing != "xy" && indexing != "ij") {
    return {a.Error(InvalidArgument("indexing: expected 'xy' or 'ij', received '{}'", indexing))};
  }
  return ops::Meshgrid(a.Tensors("x"), indexing == "xy");
}

// -- Matrices -----------------------------------------------------------------------------------

template <Value (*f)(ir::Builder&, int64_t, int64_t, int64_t, DType)>
Values Matrix(OpArguments& a) {
  const int64_t rows = a.Int("N");
  return {f(a.builder(), rows, a.Int("M", rows), a.Int("k", 0), a.Dtype("dtype", DType::kF32))};
}

Values Identity(OpArguments& a) {
  const int64_t n = a.Int("n");
  return {ops::Eye(a.builder(), n, n, 0, a.Dtype("dtype", DType::kF32))};
}

template <Value (*f)(Value, int64_t)>
Values WithDiagonal(OpArguments& a) {
  return {f(a.Tensor("x"), a.Int("k", 0))};
}

Values Diagflat(OpArguments& a) {
  return {ops::DiagonalMatrix(ops::Reshape(a.Tensor("x"), {-1}), a.Int("k", 0))};
}

Values Vander(OpArguments& a) {
  const Value x = a.Tensor("x");
  return {ops::Vander(x, a.Int("N", x.rank() == 1 ? x.dim(0) : 0), a.Flag("increasing", false))};
}

Values Array(OpArguments& a) {
  const Value x = a.Tensor("x");
  return {ops::Cast(x, a.Dtype("dtype", x.dtype()))};
}

// -- Windows ------------------------------------------------------------------------------------

Value Float32Vector(OpArguments& a, const std::vector<double>& values) {
  const Shape shape{static_cast<int64_t>(values.size())};
  return a.builder().Constant(tricorn::Tensor::From<double>(shape, values).Cast(DType::kF32));
}

struct Bartlett {
  static constexpr std::string_view kName = "bartlett";
};
struct Blackman {
  static constexpr std::string_view kName = "blackman";
};
struct Hamming {
  static constexpr std::string_view kName = "hamming";
};
struct Hanning {
  static constexpr std::string_view kName = "hanning";
};
template <typename Name>
Values Window(OpArguments& a) {
  const auto window = ops::Window(Name::kName, a.Int("x"), false);
  return {window.ok() ? Float32Vector(a, *window) : a.Error(window.status())};
}

Values Kaiser(OpArguments& a) {
  return {Float32Vector(a, ops::KaiserWindow(a.Int("x"), a.Number("beta")))};
}

}  // namespace

std::vector<OpEntry> CreationOps() {
  constexpr std::string_view kSpace = "start stop num endpoint dtype axis";
  return {
      {"arange", "Arange", "numpy", "start stop step dtype", Arange},
      {"array", "Array", "numpy", "x dtype", Array},
      {"bartlett", "", "numpy", "x", Window<Bartlett>},
      {"blackman", "", "numpy", "x", Window<Blackman>},
      {"convert_to_tensor", "ConvertToTensor", "core", "x dtype sparse ragged", Array},
      {"diag", "Diag", "numpy", "x k", WithDiagonal<ops::Diag>},
      {"diagflat", "Diagflat", "numpy", "x k", Diagflat},
      {"empty", "", "numpy", "shape dtype", Constant<0>},
      {"empty_like", "EmptyLike", "numpy", "x dtype", Like<0>},
      {"eye", "", "numpy", "N M k dtype", Matrix<ops::Eye>},
      {"full", "Full", "numpy", "shape fill_value dtype", Full},
      {"full_like", "FullLike", "numpy", "x fill_value dtype", FullLike},
      {"geomspace", "Geomspace", "numpy", kSpace, Geomspace},
      {"hamming", "", "numpy", "x", Window<Hamming>},
      {"hanning", "", "numpy", "x", Window<Hanning>},
      {"identity", "", "numpy", "n dtype", Identity},
      {"kaiser", "", "numpy", "x beta", Kaiser},
      {"linspace", "Linspace", "numpy", "start stop num endpoint retstep dtype axis", Linspace},
      {"logspace", "Logspace", "numpy", "start stop num endpoint base dtype axis", Logspace},
      {"meshgrid", "Meshgrid", "numpy", "*x indexing", Meshgrid},
      {"ones", "", "numpy", "shape dtype", Constant<1>},
      {"ones_like", "OnesLike", "numpy", "x dtype", Like<1>},
      {"tri", "", "numpy", "N M k dtype", Matrix<ops::Tri>},
      {"tril", "Tril", "numpy", "x k", WithDiagonal<ops::Tril>},
      {"triu", "Triu", "numpy", "x k", WithDiagonal<ops::Triu>},
      {"vander", "Vander", "numpy", "x N increasing", Vander},
      {"zeros", "", "numpy", "shape dtype", Constant<0>},
      {"zeros_like", "ZerosLike", "numpy", "x dtype", Like<0>},
  };
}

}  // namespace tricorn::keras
