#include "core/keras/callbacks/event_file.h"

#include "core/base/status.h"
#include "core/io/tfrecord.h"
#include "core/keras/callbacks/summary_encoder.h"

namespace tricorn::keras {

absl::StatusOr<std::unique_ptr<EventFile>> EventFile::Create(Env& env, const std::string& directory,
                                                             absl::Time now, int number) {
  RETURN_IF_ERROR(env.MakeDirectories(directory));
  const std::string name =
      fmt::format("events.out.tfevents.{}.tricorn.{}.v2", absl::ToUnixSeconds(now), number);
  ASSIGN_OR_RETURN(std::unique_ptr<WritableFile> file,
                   env.NewWritableFile(JoinPath(directory, name)));
  std::unique_ptr<EventFile> events(new EventFile(std::move(file)));
  RETURN_IF_ERROR(events->Append(VersionEvent(absl::ToDoubleSeconds(now - absl::UnixEpoch()))));
  return events;
}

absl::Status EventFile::Append(std::string_view event) { return file_->Append(TfRecord(event)); }

}  // namespace tricorn::keras
