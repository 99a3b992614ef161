#include "core/io/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "core/base/status.h"

namespace tricorn {

struct GunzipStream::State {
  std::string_view rest;  // not yet given to zlib
  z_stream zlib = {};
  bool ready = false;
  bool member_ended = false;

  // Makes up to `nbytes` bytes; 0 at the end of the file.
  absl::StatusOr<size_t> Inflate(char* out, size_t nbytes) {
    constexpr size_t kMost = std::numeric_limits<uInt>::max();
    if (!ready) return Internal("gzip: zlib did not start");
    nbytes = std::min(nbytes, kMost);
    zlib.next_out = reinterpret_cast<Bytef*>(out);
    zlib.avail_out = static_cast<uInt>(nbytes);
    while (zlib.avail_out == nbytes) {
      if (zlib.avail_in == 0) {
        zlib.avail_in = static_cast<uInt>(std::min(rest.size(), kMost));
        zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(rest.data()));
        rest.remove_prefix(zlib.avail_in);
      }
      if (member_ended) {
        if (zlib.avail_in == 0) return size_t{0};
        inflateReset(&zlib);
        member_ended = false;
      }
      const int rc = inflate(&zlib, Z_NO_FLUSH);
      member_ended = rc == Z_STREAM_END;
      if (rc == Z_BUF_ERROR ||
          (rc == Z_OK && zlib.avail_in == 0 && rest.empty() && zlib.avail_out == nbytes)) {
        return DataLoss("gzip: expected more bytes, received end of file");
      }
      if (rc != Z_OK && rc != Z_STREAM_END) {
        return DataLoss("gzip: damaged: {}", zlib.msg != nullptr ? zlib.msg : "no reason given");
      }
    }
    return nbytes - zlib.avail_out;
  }
};

bool IsGzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

GunzipStream::GunzipStream(std::string_view compressed) : state_(std::make_unique<State>()) {
  constexpr int kGzipOnly = 15 + 16;
  state_->rest = compressed;
  state_->ready = inflateInit2(&state_->zlib, kGzipOnly) == Z_OK;
}

GunzipStream::~GunzipStream() {
  if (state_->ready) inflateEnd(&state_->zlib);
}

absl::Status GunzipStream::Read(char* out, size_t nbytes) {
  while (nbytes > 0) {
    ASSIGN_OR_RETURN(const size_t n, state_->Inflate(out, nbytes));
    if (n == 0) return DataLoss("gzip: expected {} more bytes, received end of file", nbytes);
    out += n;
    nbytes -= n;
  }
  return absl::OkStatus();
}

absl::Status GunzipStream::ExpectEnd() {
  char more;
  ASSIGN_OR_RETURN(const size_t n, state_->Inflate(&more, 1));
  if (n == 0) return absl::OkStatus();
  return DataLoss("gzip: expected end of file, received more bytes");
}

}  // namespace tricorn
