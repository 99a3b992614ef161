#include "proto/rpc/utf8_fields.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/base/utf8.h"

namespace tricorn::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kMaxQuotedBytes = 100;

absl::Status CheckText(const FieldDescriptor& field, const std::string& text) {
  const std::string valid = ValidUtf8(text);
  if (valid == text) return absl::OkStatus();
  return InvalidArgument("{}: expected text in UTF-8, received '{}'", field.name(),
                         std::string(Utf8Prefix(valid, kMaxQuotedBytes)));
}

}  // namespace

absl::Status CheckUtf8Fields(const Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    const bool is_text = field->type() == FieldDescriptor::TYPE_STRING;
    const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    for (int i = 0; i < count && (is_text || is_message); ++i) {
      if (is_text) {
        RETURN_IF_ERROR(CheckText(*field, field->is_repeated()
                                              ? reflection.GetRepeatedString(message, field, i)
                                              : reflection.GetString(message, field)));
      } else {
        RETURN_IF_ERROR(CheckUtf8Fields(field->is_repeated()
                                            ? reflection.GetRepeatedMessage(message, field, i)
                                            : reflection.GetMessage(message, field)));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace tricorn::rpc
