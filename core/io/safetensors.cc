#include "core/io/safetensors.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "core/base/json_fields.h"
#include "core/base/status.h"
#include "core/tensor/bounds.h"

namespace tricorn {
namespace {

constexpr uint64_t kMaxHeaderNbytes = 100'000'000;
constexpr std::string_view kMetadata = "__metadata__";

constexpr std::array<std::pair<std::string_view, DType>, 13> kDTypes = {{{"BOOL", DType::kBool},
                                                                         {"U8", DType::kU8},
                                                                         {"I8", DType::kI8},
                                                                         {"U16", DType::kU16},
                                                                         {"I16", DType::kI16},
                                                                         {"U32", DType::kU32},
                                                                         {"I32", DType::kI32},
                                                                         {"U64", DType::kU64},
                                                                         {"I64", DType::kI64},
                                                                         {"F16", DType::kF16},
                                                                         {"BF16", DType::kBF16},
                                                                         {"F32", DType::kF32},
                                                                         {"F64", DType::kF64}}};

absl::StatusOr<DType> DTypeNamed(const std::string& name) {
  for (const auto& [known, dtype] : kDTypes) {
    if (name == known) return dtype;
  }
  return Unimplemented("expected a dtype from BOOL to F64, received {}", name);
}

struct Entry {
  std::string name;
  std::string dtype;
  std::vector<int64_t> shape;
  std::vector<int64_t> data_offsets;
};

absl::StatusOr<Entry> ParseEntry(const std::string& name, const Json& json) {
  Entry entry;
  entry.name = name;
  if (!json.is_object()) return WrongKind("object", json);
  RETURN_IF_ERROR(WithSubject(FromJson(json["dtype"], &entry.dtype), "dtype"));
  RETURN_IF_ERROR(WithSubject(FromJson(json["shape"], &entry.shape), "shape"));
  RETURN_IF_ERROR(WithSubject(FromJson(json["data_offsets"], &entry.data_offsets), "data_offsets"));
  if (entry.data_offsets.size() != 2) {
    return InvalidArgument("data_offsets: expected two, received {}", entry.data_offsets.size());
  }
  return entry;
}

absl::StatusOr<Tensor> TensorOf(const Entry& entry, std::string_view data) {
  ASSIGN_OR_RETURN(const DType dtype, DTypeNamed(entry.dtype));
  const Shape shape(entry.shape);
  ASSIGN_OR_RETURN(const int64_t nbytes, CheckedNumBytes(dtype, shape));
  const int64_t begin = entry.data_offsets[0];
  const int64_t end = entry.data_offsets[1];
  if (begin < 0 || end < begin || end > static_cast<int64_t>(data.size()) ||
      end - begin != nbytes) {
    return InvalidArgument("expected {} bytes within {}, received offsets {} to {}", nbytes,
                           data.size(), begin, end);
  }
  Tensor tensor = Tensor::Uninitialized(dtype, shape);
  if (nbytes > 0) {
    std::memcpy(tensor.bytes(), data.data() + begin, static_cast<size_t>(nbytes));
  }
  if (dtype == DType::kBool) {
    for (int64_t i = 0; i < nbytes; ++i) {
      tensor.bytes()[i] = std::byte{tensor.bytes()[i] != std::byte{0}};
    }
  }
  return tensor;
}

// Whether the entries' bytes lie one behind the other and are all there are: so that a small file
// cannot stand for many large tensors.
absl::Status CheckPacked(std::vector<Entry> entries, size_t nbytes) {
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.data_offsets < b.data_offsets; });
  int64_t at = 0;
  for (const Entry& entry : entries) {
    if (entry.data_offsets[0] != at) {
      return InvalidArgument("{}: expected bytes from offset {}, received {}", entry.name, at,
                             entry.data_offsets[0]);
    }
    at = entry.data_offsets[1];
  }
  if (at == static_cast<int64_t>(nbytes)) return absl::OkStatus();
  return InvalidArgument("expected {} bytes of tensors, received {}", at, nbytes);
}

}  // namespace

absl::StatusOr<Safetensors> ReadSafetensors(std::string_view file) {
  uint64_t header_nbytes = 0;
  if (file.size() >= 8) std::memcpy(&header_nbytes, file.data(), 8);
  if (file.size() < 8 || header_nbytes > std::min(kMaxHeaderNbytes, file.size() - 8)) {
    return InvalidArgument("safetensors: expected a header within the file, received {} bytes",
                           file.size());
  }
  const absl::StatusOr<Json> header = Json::Parse(file.substr(8, header_nbytes));
  RETURN_IF_ERROR(WithSubject(header.status(), "safetensors"));
  if (!header->is_object()) return WithSubject(WrongKind("object", *header), "safetensors");
  const std::string_view data = file.substr(8 + header_nbytes);
  Safetensors contents;
  std::vector<Entry> entries;
  for (const auto& [name, json] : header->AsObject()) {
    if (name == kMetadata) {
      if (!json.is_object()) return WithSubject(WrongKind("object", json), kMetadata);
      for (const auto& [key, value] : json.AsObject()) {
        RETURN_IF_ERROR(WithSubject(FromJson(value, &contents.metadata[key]), key));
      }
      continue;
    }
    absl::StatusOr<Entry> entry = ParseEntry(name, json);
    RETURN_IF_ERROR(WithSubject(entry.status(), name));
    entries.push_back(*std::move(entry));
  }
  RETURN_IF_ERROR(WithSubject(CheckPacked(entries, data.size()), "safetensors"));
  for (const Entry& entry : entries) {
    absl::StatusOr<Tensor> tensor = TensorOf(entry, data);
    RETURN_IF_ERROR(WithSubject(tensor.status(), entry.name));
    if (!contents.tensors.emplace(entry.name, *std::move(tensor)).second) {
      return InvalidArgument("{}: expected one tensor of this name, received two", entry.name);
    }
  }
  return contents;
}

absl::StatusOr<std::string> WriteSafetensors(const Safetensors& contents) {
  std::vector<const std::pair<const std::string, Tensor>*> order;
  order.reserve(contents.tensors.size());
  for (const auto& entry : contents.tensors) order.push_back(&entry);
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return SizeOf(a->second.dtype()) > SizeOf(b->second.dtype());
  });
  Json::Object header;
  Json metadata = Json::MakeObject({});
  for (const auto& [key, value] : contents.metadata) metadata.Set(key, value);
  if (metadata.size() > 0) header.emplace_back(kMetadata, std::move(metadata));
  int64_t at = 0;
  for (const auto* entry : order) {
    const auto& [name, tensor] = *entry;
    const auto known = std::find_if(kDTypes.begin(), kDTypes.end(), [&](const auto& pair) {
      return pair.second == tensor.dtype();
    });
    if (known == kDTypes.end()) {
      return InvalidArgument("{}: expected numbers or bools, received {}", name,
                             Name(tensor.dtype()));
    }
    header.emplace_back(
        name, Json::MakeObject({{"dtype", known->first},
                                {"shape", ToJson(tensor.shape().dims())},
                                {"data_offsets", Json::MakeArray({at, at + tensor.nbytes()})}}));
    at += tensor.nbytes();
  }
  std::string text = Json(std::move(header)).Dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  const uint64_t header_nbytes = text.size();
  std::string file(8, '\0');
  std::memcpy(file.data(), &header_nbytes, 8);
  file += text;
  for (const auto* entry : order) {
    const Tensor& tensor = entry->second;
    file.append(reinterpret_cast<const char*>(tensor.bytes()),
                static_cast<size_t>(tensor.nbytes()));
  }
  return file;
}

}  // namespace tricorn
