#include <gtest/gtest.h>
#include <hdf5.h>

#include <functional>
#include <string>
#include <vector>

#include "core/io/hdf5/hdf5.h"

// Files that others make with features we do not read: each is refused by name, never misread.

namespace tricorn {
namespace {

std::string MakeFile(const std::function<void(hid_t file)>& fill, bool latest = false) {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fapl_core(access, 4096, /*backing_store=*/false);
  if (latest) H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  const hid_t file = H5Fcreate("memory", H5F_ACC_TRUNC, H5P_DEFAULT, access);
  fill(file);
  H5Fflush(file, H5F_SCOPE_LOCAL);
  std::string bytes(static_cast<size_t>(H5Fget_file_image(file, nullptr, 0)), '\0');
  H5Fget_file_image(file, bytes.data(), bytes.size());
  H5Fclose(file);
  H5Pclose(access);
  return bytes;
}

void AddDataset(hid_t file, const char* name, hid_t type, hid_t creation) {
  const hsize_t size = 64;
  const hid_t space = H5Screate_simple(1, &size, nullptr);
  const hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
  const std::vector<double> zeroes(64);
  H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, zeroes.data());
  H5Dclose(dataset);
  H5Sclose(space);
}

void ExpectUnimplemented(const std::string& file, std::string_view what) {
  const absl::Status status = ReadHdf5(file).status();
  EXPECT_TRUE(absl::IsUnimplemented(status)) << status;
  EXPECT_NE(std::string(status.message()).find(what), std::string::npos) << status;
}

TEST(Hdf5, RefusesChunksAndFilters) {
  for (const bool compressed : {false, true}) {
    const std::string file = MakeFile([&](hid_t id) {
      const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
      const hsize_t chunk = 16;
      H5Pset_chunk(creation, 1, &chunk);
      if (compressed) H5Pset_deflate(creation, 6);
      AddDataset(id, "x", H5T_IEEE_F32LE, creation);
      H5Pclose(creation);
    });
    ExpectUnimplemented(
        file, compressed ? "x: expected plain data, received filters" : "received chunks");
  }
}

TEST(Hdf5, RefusesBigEndianNumbersAndOddWidths) {
  for (const hid_t type : {H5T_IEEE_F32BE, H5T_STD_I16BE}) {
    ExpectUnimplemented(MakeFile([&](hid_t id) { AddDataset(id, "x", type, H5P_DEFAULT); }),
                        "little-endian");
  }
  ExpectUnimplemented(MakeFile([](hid_t id) {
                        const hid_t type = H5Tcopy(H5T_STD_I32LE);
                        H5Tset_precision(type, 24);
                        AddDataset(id, "x", type, H5P_DEFAULT);
                        H5Tclose(type);
                      }),
                      "24 bits");
}

TEST(Hdf5, RefusesLinksAndNewFormats) {
  const auto add = [](hid_t id) { AddDataset(id, "x", H5T_IEEE_F32LE, H5P_DEFAULT); };
  ExpectUnimplemented(MakeFile(add, /*latest=*/true), "libver='earliest'");
  ExpectUnimplemented(MakeFile([&](hid_t id) {
                        add(id);
                        H5Lcreate_hard(id, "x", id, "y", H5P_DEFAULT, H5P_DEFAULT);
                      }),
                      "y: expected each object under one name");
  ExpectUnimplemented(MakeFile([&](hid_t id) {
                        add(id);
                        H5Lcreate_soft("x", id, "y", H5P_DEFAULT, H5P_DEFAULT);
                      }),
                      "y: expected an object, received a soft link");
  ExpectUnimplemented(MakeFile([&](hid_t id) {
                        const hid_t group =
                            H5Gcreate2(id, "loop", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
                        H5Lcreate_hard(id, "/", group, "back", H5P_DEFAULT, H5P_DEFAULT);
                        H5Gclose(group);
                      }),
                      "loop: back: expected each object under one name");
}

TEST(Hdf5, RefusesDataThatIsNotThere) {
  // Never written, so the file holds no bytes for it however large it claims to be.
  const std::string file = MakeFile([](hid_t id) {
    const hsize_t size = hsize_t{1} << 40;
    const hid_t space = H5Screate_simple(1, &size, nullptr);
    H5Dclose(H5Dcreate2(id, "x", H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(space);
  });
  EXPECT_TRUE(absl::IsInvalidArgument(ReadHdf5(file).status()));
}

}  // namespace
}  // namespace tricorn
