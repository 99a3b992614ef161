#include "core/tensor/npy.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <vector>

#include "core/tensor/bounds.h"

namespace tricorn {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kMaxHeader = 64 << 10;

struct Code {
  std::string_view code;  // without the byte order
  DType dtype;
};
constexpr std::array<Code, 12> kCodes = {{{"b1", DType::kBool},
                                          {"u1", DType::kU8},
                                          {"i1", DType::kI8},
                                          {"u2", DType::kU16},
                                          {"i2", DType::kI16},
                                          {"u4", DType::kU32},
                                          {"i4", DType::kI32},
                                          {"u8", DType::kU64},
                                          {"i8", DType::kI64},
                                          {"f2", DType::kF16},
                                          {"f4", DType::kF32},
                                          {"f8", DType::kF64}}};

struct Header {
  DType dtype;
  bool big_endian = false;
  bool fortran_order = false;
  Shape shape;
};

// The Python dict literal {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.
class HeaderParser {
 public:
  explicit HeaderParser(std::string_view text) : text_(text) {}

  absl::StatusOr<Header> Parse() {
    Header header;
    int seen = 0;
    if (!Take('{')) return Malformed("{");
    while (!Take('}')) {
      ASSIGN_OR_RETURN(const std::string_view key, TakeString());
      if (!Take(':')) return Malformed(":");
      if (key == "descr") {
        seen |= 1;
        RETURN_IF_ERROR(TakeDescr(header));
      } else if (key == "fortran_order") {
        seen |= 2;
        header.fortran_order = TakeWord("True");
        if (!header.fortran_order && !TakeWord("False")) return Malformed("True or False");
      } else if (key == "shape") {
        seen |= 4;
        RETURN_IF_ERROR(TakeShape(header));
      } else {
        return Malformed("descr, fortran_order or shape");
      }
      if (!Take(',') && Peek() != '}') return Malformed(",");
    }
    if (seen != 7) return Malformed("descr, fortran_order and shape");
    return header;
  }

 private:
  absl::Status Malformed(std::string_view expected) const {
    return InvalidArgument("npy header: expected {} at byte {}, received \"{}\"", expected, at_,
                           std::string(text_.substr(std::min(at_, text_.size()), 20)));
  }
  char Peek() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool Take(char c) {
    if (Peek() != c) return false;
    ++at_;
    return true;
  }
  bool TakeWord(std::string_view word) {
    Peek();
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  absl::StatusOr<std::string_view> TakeString() {
    const char quote = Peek();
    if (quote != '\'' && quote != '"') return Malformed("a string");
    const size_t end = text_.find(quote, at_ + 1);
    if (end == text_.npos) return Malformed("a closed string");
    const std::string_view value = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return value;
  }
  absl::Status TakeDescr(Header& header) {
    ASSIGN_OR_RETURN(const std::string_view descr, TakeString());
    for (const Code& known : kCodes) {
      if (descr.size() != 3 || descr.substr(1) != known.code) continue;
      header.dtype = known.dtype;
      header.big_endian = descr[0] == '>';
      if (descr[0] == '<' || descr[0] == '>' || descr[0] == '|' || descr[0] == '=') return {};
    }
    return InvalidArgument(
        "npy: expected a dtype of bool, (u)int8-64 or float16-64, received \"{}\"", descr);
  }
  absl::Status TakeShape(Header& header) {
    if (!Take('(')) return Malformed("(");
    std::vector<int64_t> dims;
    while (!Take(')')) {
      Peek();
      int64_t dim = 0;
      const char* begin = text_.data() + at_;
      const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), dim);
      if (error != std::errc() || dims.size() >= 32) return Malformed("at most 32 sizes");
      at_ += static_cast<size_t>(end - begin);
      dims.push_back(dim);
      if (!Take(',') && Peek() != ')') return Malformed(", or )");
    }
    header.shape = Shape(std::move(dims));
    return absl::OkStatus();
  }

  std::string_view text_;
  size_t at_ = 0;
};

void SwapBytes(Tensor& tensor) {
  const auto size = static_cast<size_t>(SizeOf(tensor.dtype()));
  std::byte* const end = tensor.bytes() + tensor.nbytes();
  for (std::byte* p = tensor.bytes(); p != end; p += size) std::reverse(p, p + size);
}

// `stored` holds the elements with the first axis running fastest; the result has them row-major.
Tensor FromFortranOrder(const Tensor& stored, const Shape& shape) {
  Tensor out = Tensor::Uninitialized(stored.dtype(), shape);
  const auto size = static_cast<size_t>(SizeOf(stored.dtype()));
  const std::vector<int64_t> strides = shape.Strides();
  std::vector<int64_t> index(strides.size(), 0);
  int64_t to = 0;
  for (int64_t from = 0; from < stored.num_elements(); ++from) {
    std::memcpy(out.bytes() + static_cast<size_t>(to) * size,
                stored.bytes() + static_cast<size_t>(from) * size, size);
    for (size_t axis = 0; axis < index.size(); ++axis) {
      to += strides[axis];
      if (++index[axis] < shape[static_cast<int>(axis)]) break;
      to -= strides[axis] * index[axis];
      index[axis] = 0;
    }
  }
  return out;
}

}  // namespace

absl::StatusOr<Tensor> ReadNpy(uint64_t nbytes, ReadBytes read) {
  const auto take = [&](char* out, size_t n) -> absl::Status {
    if (n > nbytes) return InvalidArgument("npy: expected {} more bytes, received {}", n, nbytes);
    nbytes -= n;
    return read(out, n);
  };
  char start[8];
  RETURN_IF_ERROR(take(start, sizeof(start)));
  if (std::string_view(start, kMagic.size()) != kMagic) {
    return InvalidArgument("npy: expected the magic \\x93NUMPY, received another file format");
  }
  const int version = static_cast<uint8_t>(start[6]);
  if (version < 1 || version > 3) {
    return InvalidArgument("npy: expected version 1 to 3, received {}", version);
  }
  uint8_t length[4] = {};
  RETURN_IF_ERROR(take(reinterpret_cast<char*>(length), version == 1 ? 2 : 4));
  const size_t header_size = length[0] | length[1] << 8 | length[2] << 16 | size_t{length[3]} << 24;
  if (header_size > kMaxHeader) {
    return InvalidArgument("npy header: expected at most {} bytes, received {}", kMaxHeader,
                           header_size);
  }
  std::string text(header_size, '\0');
  RETURN_IF_ERROR(take(text.data(), text.size()));
  ASSIGN_OR_RETURN(Header header, HeaderParser(text).Parse());
  ASSIGN_OR_RETURN(const int64_t size, CheckedNumBytes(header.dtype, header.shape));
  if (static_cast<uint64_t>(size) > nbytes) {
    return InvalidArgument("npy: {}{} expected {} bytes, received {}", Name(header.dtype),
                           header.shape.ToString(), size, nbytes);
  }
  Tensor tensor = Tensor::Uninitialized(header.dtype, header.shape);
  RETURN_IF_ERROR(take(reinterpret_cast<char*>(tensor.bytes()), static_cast<size_t>(size)));
  if (header.big_endian) SwapBytes(tensor);
  if (header.dtype == DType::kBool) {  // whatever the file says, a bool is 0 or 1
    auto* const values = reinterpret_cast<uint8_t*>(tensor.bytes());
    std::transform(values, values + size, values, [](uint8_t value) { return value != 0; });
  }
  return header.fortran_order ? FromFortranOrder(tensor, header.shape) : tensor;
}

absl::StatusOr<Tensor> ReadNpy(std::string_view bytes) {
  return ReadNpy(bytes.size(), [&bytes](char* out, size_t nbytes) {
    std::memcpy(out, bytes.data(), nbytes);
    bytes.remove_prefix(nbytes);
    return absl::OkStatus();
  });
}

absl::StatusOr<std::string> NpyHeader(const Tensor& tensor) {
  const auto known = std::find_if(kCodes.begin(), kCodes.end(),
                                  [&](const Code& code) { return code.dtype == tensor.dtype(); });
  if (known == kCodes.end()) {
    return InvalidArgument("npy: expected a dtype that NumPy has, received {}",
                           Name(tensor.dtype()));
  }
  std::string text =
      fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': {}, }}",
                  SizeOf(tensor.dtype()) == 1 ? '|' : '<', known->code, tensor.shape().ToString());
  const size_t start = kMagic.size() + 4;
  text.resize((start + text.size() + 64) / 64 * 64 - start - 1, ' ');
  text += '\n';
  std::string header(kMagic);
  header += {'\x01', '\x00', static_cast<char>(text.size()), static_cast<char>(text.size() >> 8)};
  return header + text;
}

absl::StatusOr<std::string> WriteNpy(const Tensor& tensor) {
  ASSIGN_OR_RETURN(std::string file, NpyHeader(tensor));
  return file.append(reinterpret_cast<const char*>(tensor.bytes()),
                     static_cast<size_t>(tensor.nbytes()));
}

}  // namespace tricorn
