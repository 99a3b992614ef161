#include <hdf5.h>

#include <algorithm>
#include <cstring>

#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/io/hdf5/hdf5.h"

namespace tricorn {
namespace {

// Debian's libhdf5 is not thread-safe: one call at a time in the process.
Mutex& LibraryMutex() {
  static Mutex mutex;
  return mutex;
}

// An identifier of libhdf5, closed by `close`.
class Id {
 public:
  Id(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  ~Id() {
    if (id_ >= 0) close_(id_);
  }
  Id(const Id&) = delete;
  Id& operator=(const Id&) = delete;
  operator hid_t() const { return id_; }  // NOLINT
  bool ok() const { return id_ >= 0; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

absl::Status Failed(std::string_view what) { return Internal("libhdf5: {} failed", what); }

absl::Status CheckName(std::string_view name) {
  if (!name.empty() && name != "." && name.find('/') == name.npos && name.find('\0') == name.npos) {
    return absl::OkStatus();
  }
  return InvalidArgument("HDF5: expected a name without slash or NUL, received \"{}\"", name);
}

hid_t BoolType() {  // as h5py: an enum over int8
  const hid_t type = H5Tenum_create(H5T_STD_I8LE);
  const int8_t no = 0, yes = 1;
  H5Tenum_insert(type, "FALSE", &no);
  H5Tenum_insert(type, "TRUE", &yes);
  return type;
}

hid_t Bfloat16Type() {  // as h5py stores a dtype that it does not know
  const hid_t type = H5Tcreate(H5T_OPAQUE, 2);
  H5Tset_tag(type, "");
  return type;
}

hid_t TypeOf(DType dtype) {
  switch (dtype) {
    case DType::kBool:
      return BoolType();
    case DType::kU8:
      return H5Tcopy(H5T_STD_U8LE);
    case DType::kI8:
      return H5Tcopy(H5T_STD_I8LE);
    case DType::kU16:
      return H5Tcopy(H5T_STD_U16LE);
    case DType::kI16:
      return H5Tcopy(H5T_STD_I16LE);
    case DType::kU32:
      return H5Tcopy(H5T_STD_U32LE);
    case DType::kI32:
      return H5Tcopy(H5T_STD_I32LE);
    case DType::kU64:
      return H5Tcopy(H5T_STD_U64LE);
    case DType::kI64:
      return H5Tcopy(H5T_STD_I64LE);
    case DType::kF32:
      return H5Tcopy(H5T_IEEE_F32LE);
    case DType::kF64:
      return H5Tcopy(H5T_IEEE_F64LE);
    case DType::kBF16:
      return Bfloat16Type();
    case DType::kF16: {
      const hid_t type = H5Tcopy(H5T_IEEE_F32LE);
      H5Tset_fields(type, 15, 10, 5, 0, 10);
      H5Tset_size(type, 2);
      H5Tset_ebias(type, 15);
      return type;
    }
    case DType::kString:
      break;
  }
  return -1;
}

absl::Status WriteAttribute(hid_t object, const std::string& name, const std::string& value) {
  RETURN_IF_ERROR(CheckName(name));
  const Id type(H5Tcopy(H5T_C_S1), &H5Tclose);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  const Id space(H5Screate(H5S_SCALAR), &H5Sclose);
  const Id attribute(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT),
                     &H5Aclose);
  const char* const text = value.c_str();
  if (!attribute.ok() || H5Awrite(attribute, type, &text) < 0) return Failed("attribute " + name);
  return absl::OkStatus();
}

absl::Status WriteStringList(hid_t object, const std::string& name,
                             const std::vector<std::string>& list) {
  if (list.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(CheckName(name));
  size_t longest = 1;
  for (const std::string& value : list) longest = std::max(longest, value.size());
  const Id type(H5Tcopy(H5T_C_S1), &H5Tclose);
  H5Tset_size(type, longest);
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  const hsize_t count = list.size();
  const Id space(H5Screate_simple(1, &count, nullptr), &H5Sclose);
  const Id attribute(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT),
                     &H5Aclose);
  std::string padded;
  for (const std::string& value : list) {
    padded += value;
    padded.append(longest - value.size(), '\0');
  }
  if (!attribute.ok() || H5Awrite(attribute, type, padded.data()) < 0) {
    return Failed("attribute " + name);
  }
  return absl::OkStatus();
}

absl::Status WriteDataset(hid_t parent, const std::string& name, const Tensor& tensor) {
  RETURN_IF_ERROR(CheckName(name));
  const Id type(TypeOf(tensor.dtype()), &H5Tclose);
  if (!type.ok()) {
    return InvalidArgument("{}: expected numbers or bools, received {}", name,
                           Name(tensor.dtype()));
  }
  const std::vector<hsize_t> dims(tensor.shape().begin(), tensor.shape().end());
  const Id space(dims.empty() ? H5Screate(H5S_SCALAR)
                              : H5Screate_simple(tensor.shape().rank(), dims.data(), nullptr),
                 &H5Sclose);
  const Id properties(H5Pcreate(H5P_DATASET_CREATE), &H5Pclose);
  H5Pset_obj_track_times(properties, false);
  const Id dataset(
      H5Dcreate2(parent, name.c_str(), type, space, H5P_DEFAULT, properties, H5P_DEFAULT),
      &H5Dclose);
  if (!dataset.ok() || (tensor.nbytes() > 0 && H5Dwrite(dataset, type, H5S_ALL, H5S_ALL,
                                                        H5P_DEFAULT, tensor.bytes()) < 0)) {
    return Failed("dataset " + name);
  }
  if (tensor.dtype() == DType::kBF16) return WriteAttribute(dataset, "dtype", "bfloat16");
  return absl::OkStatus();
}

absl::Status WriteGroup(hid_t id, const Hdf5Group& group) {
  for (const auto& [name, value] : group.attributes)
    RETURN_IF_ERROR(WriteAttribute(id, name, value));
  for (const auto& [name, list] : group.string_lists) {
    RETURN_IF_ERROR(WriteStringList(id, name, list));
  }
  for (const auto& [name, child] : group.groups) {
    RETURN_IF_ERROR(CheckName(name));
    if (group.datasets.contains(name)) {
      return InvalidArgument("{}: expected a group or a dataset, received both", name);
    }
    const Id properties(H5Pcreate(H5P_GROUP_CREATE), &H5Pclose);
    H5Pset_obj_track_times(properties, false);
    const Id child_id(H5Gcreate2(id, name.c_str(), H5P_DEFAULT, properties, H5P_DEFAULT),
                      &H5Gclose);
    if (!child_id.ok()) return Failed("group " + name);
    RETURN_IF_ERROR(WithSubject(WriteGroup(child_id, child), name));
  }
  for (const auto& [name, tensor] : group.datasets) {
    RETURN_IF_ERROR(WriteDataset(id, name, tensor));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> WriteHdf5(const Hdf5Group& root) {
  MutexLock lock(&LibraryMutex());
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // errors are ours to report
  const Id access(H5Pcreate(H5P_FILE_ACCESS), &H5Pclose);
  constexpr size_t kGrowth = 1 << 20;
  H5Pset_fapl_core(access, kGrowth, /*backing_store=*/false);
  const Id creation(H5Pcreate(H5P_FILE_CREATE), &H5Pclose);
  H5Pset_obj_track_times(creation, false);
  const Id file(H5Fcreate("memory", H5F_ACC_TRUNC, creation, access), &H5Fclose);
  if (!file.ok()) return Failed("creating a file in memory");
  {
    const Id group(H5Gopen2(file, "/", H5P_DEFAULT), &H5Gclose);
    RETURN_IF_ERROR(WriteGroup(group, root));
  }
  if (H5Fflush(file, H5F_SCOPE_LOCAL) < 0) return Failed("flush");
  const ssize_t size = H5Fget_file_image(file, nullptr, 0);
  if (size < 0) return Failed("size of the file");
  std::string bytes(static_cast<size_t>(size), '\0');
  if (H5Fget_file_image(file, bytes.data(), bytes.size()) < 0) return Failed("reading the file");
  return bytes;
}

}  // namespace tricorn
