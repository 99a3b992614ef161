#pragma once

#include "absl/status/status.h"
#include "core/base/env.h"

namespace tricorn {

// Looks at the records that may end a ZIP archive, before a library does: it would try every one,
// and make room for as many members as each claims. OK when their claims fit the file; whether
// there is an archive is for the library to find.
// Errors: InvalidArgument for more than eight end records (an archive has one; stored members may
// bring others) or more members than the file has room for; what reading gives.
absl::Status CheckZipEndRecords(const RandomAccessFile& file);

}  // namespace tricorn
