#include "core/io/zip/zip.h"

#include <zip.h>

#include <algorithm>
#include <set>

#include "core/base/status.h"
#include "core/io/zip/zip_end_record.h"

namespace tricorn {
namespace {

constexpr uint64_t kBombSize = uint64_t{4} << 30;
constexpr uint64_t kBombRatio = 100;
constexpr uint64_t kDeflateMaxRatio = 1032;
constexpr uint16_t kDosDate1980 = 1 << 5 | 1;

struct ArchiveDiscarder {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct FileCloser {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
struct SourceFreer {
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};
using Archive = std::unique_ptr<zip_t, ArchiveDiscarder>;
using Source = std::unique_ptr<zip_source_t, SourceFreer>;

class ZipError {
 public:
  ZipError() { zip_error_init(&error_); }
  ~ZipError() { zip_error_fini(&error_); }
  ZipError(const ZipError&) = delete;
  ZipError& operator=(const ZipError&) = delete;
  zip_error_t* get() { return &error_; }
  const char* message() { return zip_error_strerror(&error_); }

 private:
  zip_error_t error_;
};

// libzip's view of a RandomAccessFile.
struct FileSource {
  std::unique_ptr<RandomAccessFile> file;
  uint64_t position = 0;
  ZipError error;

  int64_t Fail(int code) {
    zip_error_set(error.get(), code, 0);
    return -1;
  }

  int64_t Call(void* data, uint64_t nbytes, zip_source_cmd_t command) {
    switch (command) {
      case ZIP_SOURCE_OPEN:
        position = 0;
        return 0;
      case ZIP_SOURCE_READ: {
        const uint64_t n = std::min(nbytes, file->size() - position);
        if (!file->ReadAt(position, n, static_cast<char*>(data)).ok()) return Fail(ZIP_ER_READ);
        position += n;
        return static_cast<int64_t>(n);
      }
      case ZIP_SOURCE_STAT: {
        auto* const stat = static_cast<zip_stat_t*>(data);
        zip_stat_init(stat);
        stat->size = file->size();
        stat->valid = ZIP_STAT_SIZE;
        return sizeof(*stat);
      }
      case ZIP_SOURCE_SEEK: {
        const int64_t to =
            zip_source_seek_compute_offset(position, file->size(), data, nbytes, error.get());
        if (to < 0) return -1;
        position = static_cast<uint64_t>(to);
        return 0;
      }
      case ZIP_SOURCE_TELL:
        return static_cast<int64_t>(position);
      case ZIP_SOURCE_ERROR:
        return zip_error_to_data(error.get(), data, nbytes);
      case ZIP_SOURCE_SUPPORTS:
        return ZIP_SOURCE_SUPPORTS_SEEKABLE;
      case ZIP_SOURCE_CLOSE:
      case ZIP_SOURCE_FREE:
        return 0;
      default:
        return Fail(ZIP_ER_OPNOTSUPP);
    }
  }

  static zip_int64_t Callback(void* self, void* data, zip_uint64_t nbytes,
                              zip_source_cmd_t command) {
    return static_cast<FileSource*>(self)->Call(data, nbytes, command);
  }
};

// Relative, with no part that is "..": joined to a folder it stays inside.
bool IsSafeName(std::string_view name) {
  if (name.empty() || name[0] == '/' || name.find('\\') != name.npos) return false;
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find('/', begin), name.size());
    if (name.substr(begin, end - begin) == "..") return false;
    begin = end + 1;
  }
  return true;
}

absl::Status CheckSizes(const zip_stat_t& stat) {
  if (stat.encryption_method != ZIP_EM_NONE) {
    return InvalidArgument("expected no encryption, received method {}", stat.encryption_method);
  }
  if (stat.comp_method == ZIP_CM_STORE) {
    if (stat.size == stat.comp_size) return absl::OkStatus();
    return InvalidArgument("expected {} stored bytes, received {}", stat.size, stat.comp_size);
  }
  if (stat.comp_method != ZIP_CM_DEFLATE) {
    return InvalidArgument("expected a stored or deflated member, received compression method {}",
                           stat.comp_method);
  }
  const uint64_t ratio = stat.size > kBombSize ? kBombRatio : kDeflateMaxRatio;
  if (stat.size / ratio <= stat.comp_size) return absl::OkStatus();
  return InvalidArgument("expected at most {} times {} compressed bytes, received {} (a bomb)",
                         ratio, stat.comp_size, stat.size);
}

class LibzipReader : public ZipReader {
 public:
  explicit LibzipReader(std::unique_ptr<RandomAccessFile> file) { source_.file = std::move(file); }

  absl::Status Init() {
    constexpr uint64_t kEndRecordSize = 22;  // libzip takes less for an archive without members
    if (source_.file->size() < kEndRecordSize) {
      return InvalidArgument("zip: expected an archive, received {} bytes", source_.file->size());
    }
    RETURN_IF_ERROR(CheckZipEndRecords(*source_.file));
    ZipError error;
    Source source(zip_source_function_create(&FileSource::Callback, &source_, error.get()));
    if (source == nullptr) return Internal("zip: {}", error.message());
    archive_.reset(zip_open_from_source(source.get(), ZIP_RDONLY, error.get()));
    if (archive_ == nullptr) {
      return InvalidArgument("zip: expected an archive, received {} bytes: {}",
                             source_.file->size(), error.message());
    }
    static_cast<void>(source.release());  // the archive owns it from here on
    std::set<std::string_view> names;
    const int64_t count = zip_get_num_entries(archive_.get(), 0);
    members_.reserve(static_cast<size_t>(count));
    uint64_t stored_bytes = 0;
    for (int64_t i = 0; i < count; ++i) {
      zip_stat_t stat;
      constexpr uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
      if (zip_stat_index(archive_.get(), static_cast<uint64_t>(i), ZIP_FL_ENC_RAW, &stat) != 0 ||
          (stat.valid & kNeeded) != kNeeded) {
        return InvalidArgument("zip: expected a name and sizes of member {}", i);
      }
      members_.push_back({stat.name, stat.size});
      if (!IsSafeName(stat.name)) {
        return InvalidArgument("zip: expected a relative name without \"..\", received \"{}\"",
                               stat.name);
      }
      RETURN_IF_ERROR(WithSubject(CheckSizes(stat), stat.name));
      if (__builtin_add_overflow(stored_bytes, stat.comp_size, &stored_bytes) ||
          stored_bytes > source_.file->size()) {
        return InvalidArgument("zip: expected members within {} bytes, received more (overlapping)",
                               source_.file->size());
      }
    }
    for (const ZipMember& member : members_) {
      if (!names.insert(member.name).second) {
        return InvalidArgument("zip: expected each name once, received {} twice", member.name);
      }
    }
    return absl::OkStatus();
  }

  absl::Status Stream(
      std::string_view name,
      absl::FunctionRef<absl::Status(uint64_t nbytes, ReadBytes read)> consume) override {
    const auto member = std::find_if(members_.begin(), members_.end(),
                                     [&](const ZipMember& m) { return m.name == name; });
    if (member == members_.end()) return NotFound("zip: expected member {}, received none", name);
    const auto index = static_cast<uint64_t>(member - members_.begin());
    const std::unique_ptr<zip_file_t, FileCloser> file(zip_fopen_index(archive_.get(), index, 0));
    if (file == nullptr) return DataLoss("{}: {}", name, zip_strerror(archive_.get()));
    uint64_t left = member->size;
    const auto read = [&](char* out, size_t nbytes) -> absl::Status {
      while (nbytes > 0) {
        const int64_t n = zip_fread(file.get(), out, nbytes);
        if (n < 0) return DataLoss("{}: {}", name, zip_file_strerror(file.get()));
        if (n == 0) return DataLoss("{}: expected {} more bytes, received none", name, nbytes);
        out += n;
        nbytes -= static_cast<size_t>(n);
        left -= std::min(left, static_cast<uint64_t>(n));
      }
      return absl::OkStatus();
    };
    RETURN_IF_ERROR(WithSubject(consume(member->size, read), name));
    char rest[4096];
    while (left > 0) RETURN_IF_ERROR(read(rest, std::min<uint64_t>(left, sizeof(rest))));
    // The checksum is compared when the end is met.
    const int64_t n = zip_fread(file.get(), rest, 1);
    if (n == 0) return absl::OkStatus();
    return DataLoss("{}: expected {} bytes, received {}", name, member->size,
                    n > 0 ? "more" : zip_file_strerror(file.get()));
  }

 private:
  FileSource source_;
  Archive archive_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ZipReader>> ZipReader::Open(std::unique_ptr<RandomAccessFile> file) {
  auto reader = std::make_unique<LibzipReader>(std::move(file));
  RETURN_IF_ERROR(reader->Init());
  return reader;
}

bool ZipReader::Has(std::string_view name) const {
  return std::any_of(members_.begin(), members_.end(),
                     [&](const ZipMember& member) { return member.name == name; });
}

absl::StatusOr<std::string> ZipReader::Read(std::string_view name) {
  std::string bytes;
  RETURN_IF_ERROR(Stream(name, [&](uint64_t nbytes, ReadBytes read) {
    bytes.resize(nbytes);
    return read(bytes.data(), bytes.size());
  }));
  return bytes;
}

absl::StatusOr<std::string> WriteZip(std::span<const ZipEntry> entries) {
  ZipError error;
  const Source buffer(zip_source_buffer_create(nullptr, 0, 0, error.get()));
  if (buffer == nullptr) return Internal("zip: {}", error.message());
  Archive archive(zip_open_from_source(buffer.get(), ZIP_TRUNCATE, error.get()));
  if (archive == nullptr) return Internal("zip: {}", error.message());
  zip_source_keep(buffer.get());  // the archive gives up its reference when it closes
  for (const ZipEntry& entry : entries) {
    if (!IsSafeName(entry.name)) {
      return InvalidArgument("zip: expected a relative name without \"..\", received \"{}\"",
                             entry.name);
    }
    Source source(zip_source_buffer(archive.get(), entry.bytes.data(), entry.bytes.size(), 0));
    const int64_t index = source == nullptr
                              ? -1
                              : zip_file_add(archive.get(), std::string(entry.name).c_str(),
                                             source.get(), ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      return InvalidArgument("zip: {}: {}", entry.name, zip_strerror(archive.get()));
    }
    static_cast<void>(source.release());
    zip_set_file_compression(archive.get(), static_cast<uint64_t>(index), ZIP_CM_STORE, 0);
    zip_file_set_dostime(archive.get(), static_cast<uint64_t>(index), 0, kDosDate1980, 0);
  }
  if (zip_close(archive.get()) != 0) return Internal("zip: {}", zip_strerror(archive.get()));
  static_cast<void>(archive.release());
  zip_stat_t stat;
  if (zip_source_stat(buffer.get(), &stat) != 0 || zip_source_open(buffer.get()) != 0) {
    return Internal("zip: {}", zip_error_strerror(zip_source_error(buffer.get())));
  }
  std::string bytes(stat.size, '\0');
  const int64_t n = zip_source_read(buffer.get(), bytes.data(), bytes.size());
  zip_source_close(buffer.get());
  if (n != static_cast<int64_t>(bytes.size())) {
    return Internal("zip: expected {} bytes of archive, received {}", bytes.size(), n);
  }
  return bytes;
}

}  // namespace tricorn
