#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"

namespace tricorn {

// A tree of named groups and arrays, as HDF5 files hold it.
struct Hdf5Group {
  std::map<std::string, std::string, std::less<>> attributes;
  std::map<std::string, std::vector<std::string>, std::less<>> string_lists;  // attributes too
  std::map<std::string, Hdf5Group, std::less<>> groups;
  std::map<std::string, Tensor, std::less<>> datasets;

  // The group at "layers/dense/vars"; "" is this one. Find gives null where there is none.
  const Hdf5Group* Find(std::string_view path) const;
  Hdf5Group& Make(std::string_view path);
};

// Same names, attributes, dtypes, shapes and bits.
bool BitwiseEqual(const Hdf5Group& a, const Hdf5Group& b);

// Reads a file as h5py writes it by default: superblock 0 or 1, symbol-table groups, contiguous or
// compact little-endian datasets. Bools are h5py's enum; bfloat16 is an opaque of two bytes with
// the attribute dtype="bfloat16". Attributes other than a string or a list of strings are left out.
// Errors: InvalidArgument for a damaged file; Unimplemented, naming the feature, for chunks,
// filters, external files, soft links and the formats of libver='latest'. Work and memory are
// bounded by the file's size. Source: HDF5 File Format Specification, version 2.0.
absl::StatusOr<Hdf5Group> ReadHdf5(std::string_view file);

// Writes the same layout. String attributes are of variable length, UTF-8; lists of strings have a
// fixed length, and none is written for an empty one. Equal trees give equal bytes.
// Errors: InvalidArgument for a name that is empty, "." or has a slash or a NUL, for a group and a
// dataset of one name, and for strings as elements.
absl::StatusOr<std::string> WriteHdf5(const Hdf5Group& root);

}  // namespace tricorn
