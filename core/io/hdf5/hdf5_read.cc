#include <cstring>
#include <map>
#include <set>
#include <vector>

#include "core/io/hdf5/hdf5.h"
#include "core/io/hdf5/hdf5_messages.h"
#include "core/tensor/bounds.h"

// Our own reader: libhdf5 1.10 can be made to crash by a few changed bytes in a file (about one in
// 200 files with random changes), and model files come from outside.

namespace tricorn {
namespace {

using hdf5::Cursor;

constexpr int kMaxDepth = 64;
constexpr int kMaxTreeLevel = 8;  // 32^9 names

enum MessageType : uint16_t {
  kDataspace = 1,
  kLinkInfo = 2,
  kDatatype = 3,
  kLink = 6,
  kExternalFiles = 7,
  kLayout = 8,
  kFilters = 11,
  kAttribute = 12,
  kContinuation = 16,
  kSymbolTable = 17,
};

struct Message {
  uint16_t type;
  uint8_t flags;
  std::string_view data;
};

class Reader {
 public:
  explicit Reader(std::string_view file)
      : file_(file), budget_(static_cast<int64_t>(file.size() / 8)), data_left_(file.size()) {}

  absl::StatusOr<Hdf5Group> Read() {
    Cursor cursor(file_);
    if (cursor.Take(8) != std::string_view("\x89HDF\r\n\x1a\n", 8)) {
      return InvalidArgument("expected an HDF5 file, received {} bytes of something else",
                             file_.size());
    }
    const auto version = cursor.Take<uint8_t>();
    if (version > 1) {
      return Unimplemented(
          "expected superblock version 0 or 1, received {}: h5py's "
          "libver='earliest' (its default) writes 0",
          version);
    }
    cursor.Take(4);
    const auto offset_size = cursor.Take<uint8_t>();
    const auto length_size = cursor.Take<uint8_t>();
    if (offset_size != 8 || length_size != 8) {
      return Unimplemented("expected addresses of 8 bytes, received {} and {}", offset_size,
                           length_size);
    }
    cursor.Take(version == 0 ? 9 : 13);
    const auto base = cursor.Take<uint64_t>();
    cursor.Take(8);  // free space
    const auto end = cursor.Take<uint64_t>();
    cursor.Take(16);  // driver information, the root's name
    const auto root = cursor.Take<uint64_t>();
    if (!cursor.ok()) return Truncated("superblock");
    if (base != 0) return Unimplemented("expected base address 0, received {}", base);
    if (end > file_.size()) {
      return InvalidArgument("expected {} bytes, received {} (truncated)", end, file_.size());
    }
    Hdf5Group group;
    ASSIGN_OR_RETURN(const std::vector<Message> header, ReadHeader(root));
    RETURN_IF_ERROR(ReadGroup(header, 0, &group));
    return group;
  }

 private:
  static absl::Status Truncated(std::string_view what) {
    return InvalidArgument("{}: expected an address within the file, received one beyond", what);
  }

  // Every structure of a sound file takes eight bytes or more and is met once, so the size of the
  // file bounds the work: a file that leads in circles runs out.
  absl::Status Spend(int64_t structures) {
    budget_ -= structures;
    if (budget_ >= 0) return absl::OkStatus();
    return InvalidArgument("expected each structure once, received more than {} bytes can hold",
                           file_.size());
  }

  Cursor At(uint64_t address) const {
    return Cursor(address < file_.size() ? file_.substr(address) : std::string_view());
  }

  absl::StatusOr<std::vector<Message>> ReadHeader(uint64_t address) {
    Cursor cursor = At(address);
    if (cursor.rest().starts_with("OHDR")) {
      return Unimplemented("expected object header version 1, received 2 (libver='latest')");
    }
    const auto version = cursor.Take<uint8_t>();
    cursor.Take<uint8_t>();
    const auto count = cursor.Take<uint16_t>();
    cursor.Take<uint32_t>();  // reference count
    const auto size = cursor.Take<uint32_t>();
    cursor.Take<uint32_t>();
    if (!cursor.ok() || version != 1) {
      return InvalidArgument("object header: expected version 1, received {}", version);
    }
    if (!objects_.insert(address).second) {
      return Unimplemented("expected each object under one name, received a second link");
    }
    std::vector<Message> messages;
    std::vector<std::string_view> blocks = {cursor.Take(size)};
    for (size_t i = 0; i < blocks.size(); ++i) {
      RETURN_IF_ERROR(Spend(1));
      Cursor block(blocks[i]);
      while (block.rest().size() >= 8 && messages.size() < count) {
        RETURN_IF_ERROR(Spend(1));
        Message message;
        message.type = block.Take<uint16_t>();
        const auto nbytes = block.Take<uint16_t>();
        message.flags = block.Take<uint8_t>();
        block.Take(3);
        message.data = block.Take(nbytes);
        if (!block.ok()) return Truncated("object header message");
        if (message.type == kContinuation) {
          Cursor data(message.data);
          Cursor next = At(data.Take<uint64_t>());
          blocks.push_back(next.Take(data.Take<uint64_t>()));
          if (!data.ok() || !next.ok()) return Truncated("object header continuation");
        }
        messages.push_back(message);
      }
    }
    if (!cursor.ok() || messages.size() != count) {
      return InvalidArgument("object header: expected {} messages, received {}", count,
                             messages.size());
    }
    return messages;
  }

  static const Message* FindMessage(const std::vector<Message>& header, uint16_t type) {
    for (const Message& message : header) {
      if (message.type == type) return &message;
    }
    return nullptr;
  }

  absl::Status ReadGroup(const std::vector<Message>& header, int depth, Hdf5Group* group) {
    if (depth > kMaxDepth)
      return InvalidArgument("expected at most {} groups deep, received more", kMaxDepth);
    const Message* const table = FindMessage(header, kSymbolTable);
    if (table == nullptr) {
      return Unimplemented("expected a group with a symbol table, received another kind of object");
    }
    RETURN_IF_ERROR(ReadAttributes(header, group));
    Cursor cursor(table->data);
    const auto tree = cursor.Take<uint64_t>();
    Cursor heap = At(cursor.Take<uint64_t>());
    if (heap.Take(4) != "HEAP")
      return InvalidArgument("expected a local heap, received other bytes");
    heap.Take(4);
    const auto heap_size = heap.Take<uint64_t>();
    heap.Take<uint64_t>();
    Cursor names = At(heap.Take<uint64_t>());
    const std::string_view name_bytes = names.Take(heap_size);
    if (!cursor.ok() || !heap.ok() || !names.ok()) return Truncated("local heap");
    return ReadTree(tree, -1, name_bytes, depth, group);
  }

  // A B-tree node over symbol nodes; `level` is what its parent promised, -1 for the root.
  absl::Status ReadTree(uint64_t address, int level, std::string_view names, int depth,
                        Hdf5Group* group) {
    RETURN_IF_ERROR(Spend(1));
    Cursor cursor = At(address);
    if (cursor.Take(4) != "TREE" || cursor.Take<uint8_t>() != 0) {
      return InvalidArgument("expected a B-tree of a group, received other bytes");
    }
    const int node_level = cursor.Take<uint8_t>();
    if (level < 0 && node_level > kMaxTreeLevel) {
      return InvalidArgument("B-tree: expected at most {} levels, received {}", kMaxTreeLevel,
                             node_level);
    }
    if (level >= 0 && node_level != level) {
      return InvalidArgument("B-tree: expected level {}, received {}", level, node_level);
    }
    const auto count = cursor.Take<uint16_t>();
    cursor.Take(16);  // siblings
    for (int i = 0; i < count; ++i) {
      cursor.Take<uint64_t>();  // key
      const auto child = cursor.Take<uint64_t>();
      if (!cursor.ok()) return Truncated("B-tree node");
      RETURN_IF_ERROR(node_level > 0 ? ReadTree(child, node_level - 1, names, depth, group)
                                     : ReadSymbols(child, names, depth, group));
    }
    return absl::OkStatus();
  }

  absl::Status ReadSymbols(uint64_t address, std::string_view names, int depth, Hdf5Group* group) {
    Cursor cursor = At(address);
    if (cursor.Take(4) != "SNOD")
      return InvalidArgument("expected a symbol node, received other bytes");
    cursor.Take<uint16_t>();
    const auto count = cursor.Take<uint16_t>();
    RETURN_IF_ERROR(Spend(1 + count));
    for (int i = 0; i < count; ++i) {
      const auto name_offset = cursor.Take<uint64_t>();
      const auto object = cursor.Take<uint64_t>();
      const auto cache_type = cursor.Take<uint32_t>();
      cursor.Take(20);
      if (!cursor.ok()) return Truncated("symbol node");
      const size_t end = name_offset < names.size() ? names.find('\0', name_offset) : names.npos;
      if (end == names.npos || end == name_offset) {
        return InvalidArgument("symbol node: expected a name, received offset {}", name_offset);
      }
      const std::string name(names.substr(name_offset, end - name_offset));
      if (name == "." || name.find('/') != name.npos) {
        return InvalidArgument("symbol node: expected a name without a slash, received \"{}\"",
                               name);
      }
      if (cache_type == 2)
        return Unimplemented("{}: expected an object, received a soft link", name);
      RETURN_IF_ERROR(WithSubject(ReadObject(object, name, depth, group), name));
    }
    return absl::OkStatus();
  }

  absl::Status ReadObject(uint64_t address, const std::string& name, int depth, Hdf5Group* group) {
    if (group->groups.contains(name) || group->datasets.contains(name)) {
      return InvalidArgument("expected one object of this name, received two");
    }
    ASSIGN_OR_RETURN(const std::vector<Message> header, ReadHeader(address));
    if (FindMessage(header, kLayout) == nullptr) {
      return ReadGroup(header, depth + 1, &group->groups[name]);
    }
    ASSIGN_OR_RETURN(Tensor tensor, ReadDataset(header));
    group->datasets.emplace(name, std::move(tensor));
    return absl::OkStatus();
  }

  absl::StatusOr<Tensor> ReadDataset(const std::vector<Message>& header) {
    const Message* const datatype = FindMessage(header, kDatatype);
    const Message* const dataspace = FindMessage(header, kDataspace);
    if (datatype == nullptr || dataspace == nullptr) {
      return InvalidArgument("expected a datatype and a dataspace, received none");
    }
    if (FindMessage(header, kFilters) != nullptr) {
      return Unimplemented("expected plain data, received filters (compression)");
    }
    if (FindMessage(header, kExternalFiles) != nullptr) {
      return Unimplemented("expected data in this file, received external files");
    }
    if (((datatype->flags | dataspace->flags) & 2) != 0) {
      return Unimplemented("expected a datatype of its own, received a shared one");
    }
    ASSIGN_OR_RETURN(const hdf5::Datatype type, hdf5::ParseDatatype(datatype->data));
    ASSIGN_OR_RETURN(const Shape shape, hdf5::ParseDataspace(dataspace->data));
    ASSIGN_OR_RETURN(const hdf5::Layout layout,
                     hdf5::ParseLayout(FindMessage(header, kLayout)->data));
    DType dtype = type.dtype;
    if (type.kind == hdf5::Datatype::kOpaque && type.size == 2) {
      Hdf5Group own;
      RETURN_IF_ERROR(ReadAttributes(header, &own));
      if (own.attributes["dtype"] != "bfloat16") {
        return Unimplemented(
            "expected attribute dtype=\"bfloat16\" of an opaque dataset, received \"{}\"",
            own.attributes["dtype"]);
      }
      dtype = DType::kBF16;
    } else if (type.kind != hdf5::Datatype::kNumber) {
      return Unimplemented("expected numbers or bools, received strings or opaque bytes");
    }
    ASSIGN_OR_RETURN(const int64_t nbytes, CheckedNumBytes(dtype, shape));
    std::string_view data = layout.data;
    if (!layout.compact && nbytes > 0) data = At(layout.address).Take(layout.nbytes);
    if (static_cast<uint64_t>(nbytes) > data.size() || data.size() > data_left_) {
      return InvalidArgument("expected {} bytes of data for {}{}, received {}", nbytes, Name(dtype),
                             shape.ToString(), data.size());
    }
    data_left_ -= data.size();
    Tensor tensor = Tensor::Uninitialized(dtype, shape);
    if (nbytes > 0) std::memcpy(tensor.bytes(), data.data(), static_cast<size_t>(nbytes));
    if (dtype == DType::kBool) {
      for (int64_t i = 0; i < nbytes; ++i) {
        tensor.bytes()[i] = std::byte{tensor.bytes()[i] != std::byte{0}};
      }
    }
    return tensor;
  }

  absl::Status ReadAttributes(const std::vector<Message>& header, Hdf5Group* group) {
    for (const Message& message : header) {
      if (message.type != kAttribute || (message.flags & 2) != 0) continue;
      ASSIGN_OR_RETURN(const hdf5::Attribute attribute, hdf5::ParseAttribute(message.data));
      const absl::StatusOr<hdf5::Datatype> type = hdf5::ParseDatatype(attribute.datatype);
      const absl::StatusOr<Shape> shape = hdf5::ParseDataspace(attribute.dataspace);
      if (absl::IsUnimplemented(type.status()) || absl::IsUnimplemented(shape.status())) continue;
      RETURN_IF_ERROR(WithSubject(type.status(), attribute.name));
      RETURN_IF_ERROR(WithSubject(shape.status(), attribute.name));
      const bool is_string = type->kind == hdf5::Datatype::kFixedString ||
                             type->kind == hdf5::Datatype::kVariableString;
      if (!is_string || shape->rank() > 1) continue;
      Cursor data(attribute.data);
      if (shape->rank() == 0) {
        ASSIGN_OR_RETURN(const std::string_view value, TakeString(*type, data));
        if (!data.ok()) return Truncated(attribute.name);
        group->attributes.insert_or_assign(attribute.name, std::string(value));
        continue;
      }
      std::vector<std::string>& list = group->string_lists[attribute.name];
      for (int64_t i = 0; i < (*shape)[0]; ++i) {
        RETURN_IF_ERROR(Spend(1));
        ASSIGN_OR_RETURN(const std::string_view value, TakeString(*type, data));
        if (!data.ok()) return Truncated(attribute.name);
        list.emplace_back(value);
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::string_view> TakeString(const hdf5::Datatype& type, Cursor& data) {
    if (type.kind == hdf5::Datatype::kFixedString) {
      const std::string_view value = data.Take(type.size);
      return value.substr(0, value.find('\0'));
    }
    const auto length = data.Take<uint32_t>();
    const auto heap = data.Take<uint64_t>();
    const auto index = data.Take<uint32_t>();
    if (length == 0 || !data.ok()) return std::string_view();
    ASSIGN_OR_RETURN(const std::string_view value, ReadHeapObject(heap, index));
    const std::string_view text = Cursor(value).Take(length);
    return text.substr(0, text.find('\0'));  // both kinds are C strings to other readers
  }

  absl::StatusOr<std::string_view> ReadHeapObject(uint64_t address, uint32_t index) {
    auto [heap, is_new] = heaps_.try_emplace(address);
    if (is_new) {
      Cursor head = At(address);
      if (head.Take(4) != "GCOL")
        return InvalidArgument("expected a global heap, received other bytes");
      head.Take(4);
      const auto size = head.Take<uint64_t>();
      Cursor objects(size < 16 ? std::string_view() : head.Take(size - 16));
      if (!head.ok()) return Truncated("global heap");
      while (objects.rest().size() >= 16) {
        RETURN_IF_ERROR(Spend(1));
        const auto id = objects.Take<uint16_t>();
        objects.Take(6);
        const auto nbytes = objects.Take<uint64_t>();
        if (id == 0) break;  // the free space at the end
        const std::string_view bytes = objects.Take(nbytes);
        if (!objects.ok()) return Truncated("global heap object");
        objects.Take(std::min<uint64_t>((8 - nbytes % 8) % 8, objects.rest().size()));
        heap->second.emplace(id, bytes);
      }
    }
    const auto object = heap->second.find(index);
    if (object != heap->second.end()) return object->second;
    return InvalidArgument("global heap: expected object {}, received none", index);
  }

  const std::string_view file_;
  int64_t budget_;      // structures that may still be met
  uint64_t data_left_;  // bytes of datasets that may still be read
  std::set<uint64_t> objects_;
  std::map<uint64_t, std::map<uint32_t, std::string_view>> heaps_;
};

}  // namespace

absl::StatusOr<Hdf5Group> ReadHdf5(std::string_view file) {
  absl::StatusOr<Hdf5Group> group = Reader(file).Read();
  RETURN_IF_ERROR(WithSubject(group.status(), "HDF5"));
  return group;
}

}  // namespace tricorn
