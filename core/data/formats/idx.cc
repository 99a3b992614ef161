#include "core/data/formats/idx.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "core/base/status.h"
#include "core/io/gzip.h"
#include "core/tensor/bounds.h"
#include "core/tensor/npy.h"

namespace tricorn {
namespace {

absl::StatusOr<DType> DTypeOfCode(uint8_t code) {
  switch (code) {
    case 0x08:
      return DType::kU8;
    case 0x09:
      return DType::kI8;
    case 0x0b:
      return DType::kI16;
    case 0x0c:
      return DType::kI32;
    case 0x0d:
      return DType::kF32;
    case 0x0e:
      return DType::kF64;
    default:
      break;
  }
  return InvalidArgument("IDX: expected type 0x08, 0x09 or 0x0b to 0x0e, received {:#04x}", code);
}

// Reads from a stream that holds at most `max_nbytes`.
absl::StatusOr<Tensor> ReadIdx(uint64_t max_nbytes, ReadBytes read) {
  uint8_t magic[4];
  RETURN_IF_ERROR(read(reinterpret_cast<char*>(magic), sizeof(magic)));
  if (magic[0] != 0 || magic[1] != 0) {
    return InvalidArgument("IDX: expected two zero bytes, received {:#04x} {:#04x}", magic[0],
                           magic[1]);
  }
  ASSIGN_OR_RETURN(const DType dtype, DTypeOfCode(magic[2]));
  std::vector<int64_t> dims;
  for (int axis = 0; axis < magic[3]; ++axis) {
    uint8_t size[4];
    RETURN_IF_ERROR(read(reinterpret_cast<char*>(size), sizeof(size)));
    dims.push_back(int64_t{size[0]} << 24 | size[1] << 16 | size[2] << 8 | size[3]);
  }
  const Shape shape(std::move(dims));
  ASSIGN_OR_RETURN(const int64_t nbytes, CheckedNumBytes(dtype, shape));
  if (static_cast<uint64_t>(nbytes) > max_nbytes) {
    return InvalidArgument("IDX: {}{} expected {} bytes, received at most {}", Name(dtype),
                           shape.ToString(), nbytes, max_nbytes);
  }
  Tensor tensor = Tensor::Uninitialized(dtype, shape);
  RETURN_IF_ERROR(read(reinterpret_cast<char*>(tensor.bytes()), static_cast<size_t>(nbytes)));
  const int64_t size = SizeOf(dtype);
  for (int64_t at = 0; size > 1 && at < nbytes; at += size) {
    std::reverse(tensor.bytes() + at, tensor.bytes() + at + size);
  }
  return tensor;
}

}  // namespace

absl::StatusOr<Tensor> ParseIdx(std::string_view bytes) {
  if (IsGzip(bytes)) {
    GunzipStream stream(bytes);
    const auto read = [&](char* out, size_t nbytes) { return stream.Read(out, nbytes); };
    ASSIGN_OR_RETURN(Tensor tensor, ReadIdx(bytes.size() * GunzipStream::kMaxRatio, read));
    RETURN_IF_ERROR(stream.ExpectEnd());
    return tensor;
  }
  std::string_view rest = bytes;
  const auto read = [&](char* out, size_t nbytes) -> absl::Status {
    if (nbytes > rest.size()) {
      return DataLoss("IDX: expected {} more bytes, received {}", nbytes, rest.size());
    }
    if (nbytes > 0) std::memcpy(out, rest.data(), nbytes);
    rest.remove_prefix(nbytes);
    return absl::OkStatus();
  };
  ASSIGN_OR_RETURN(Tensor tensor, ReadIdx(bytes.size(), read));
  if (rest.empty()) return tensor;
  return InvalidArgument("IDX: expected end of file, received {} more bytes", rest.size());
}

constinit const DatasetFormat kIdxFormat = {
    .name = "idx", .read = [](const DatasetSpec& spec, OpenFile open) {
      return ReadFilePerRole(spec, open,
                             [](const RandomAccessFile& file) -> absl::StatusOr<Tensor> {
                               ASSIGN_OR_RETURN(const std::string bytes, ReadAll(file));
                               return ParseIdx(bytes);
                             });
    }};

}  // namespace tricorn
