#include "tests/fuzz/json_mutation.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace tricorn::fuzz {
namespace {

const int64_t kIntegers[] = {-1,
                             0,
                             1,
                             2,
                             3,
                             7,
                             64,
                             255,
                             65536,
                             int64_t{1} << 31,
                             int64_t{1} << 40,
                             std::numeric_limits<int64_t>::max(),
                             std::numeric_limits<int64_t>::min()};
const double kDoubles[] = {0, -1, 0.5, 1, 1.5, 1e-320, 1e10, 1e308, -1e308, NAN, INFINITY};

size_t Below(size_t n, Generator& random) { return random() % n; }

// A value and the name of the member it is, empty for the rest.
struct Place {
  Json* json;
  std::string name;
};

// Every value in `json`, itself first. Pointers hold until the next change.
void Collect(Json& json, const std::string& name, std::vector<Place>& places) {
  places.push_back({&json, name});
  if (json.is_array()) {
    for (Json& item : json.AsArray()) Collect(item, "", places);
  } else if (json.is_object()) {
    for (auto& [key, value] : json.AsObject()) Collect(value, key, places);
  }
}

Json OfAnotherKind(Generator& random) {
  const Json kinds[] = {nullptr,
                        true,
                        false,
                        -1,
                        0,
                        0.5,
                        "",
                        "float16",
                        Json(Json::Array()),
                        Json(Json::Object()),
                        Json::MakeArray({1, 2}),
                        Json::MakeArray({nullptr})};
  return kinds[Below(std::size(kinds), random)];
}

void ChangeParts(Json::Array& items, Generator& random) {
  if (items.empty()) return items.push_back(OfAnotherKind(random));
  const size_t i = Below(items.size(), random);
  switch (Below(3, random)) {
    case 0:
      items.erase(items.begin() + i);
      break;
    case 1:
      items.push_back(Json(items[i]));
      break;
    default:
      std::swap(items[i], items[Below(items.size(), random)]);
  }
}

void ChangeParts(Json::Object& members, const std::vector<Place>& places, Generator& random) {
  const Place& other = places[Below(places.size(), random)];
  if (members.empty()) return members.emplace_back(other.name, OfAnotherKind(random)), void();
  const size_t i = Below(members.size(), random);
  switch (Below(3, random)) {
    case 0:
      members.erase(members.begin() + i);
      break;
    case 1:
      members[i].first = other.name;
      break;
    default:
      std::swap(members[i].second, members[Below(members.size(), random)].second);
  }
}

void MutateOnce(Json& json, const std::vector<Place>& donors, Generator& random) {
  std::vector<Place> places;
  Collect(json, "", places);
  Place& place = places[Below(places.size(), random)];
  Json& value = *place.json;
  const size_t way = Below(8, random);
  if (way == 0) {
    value = OfAnotherKind(random);
  } else if (way <= 3) {
    std::vector<const Json*> same;
    for (const Place& donor : donors) {
      if (donor.name == place.name && donor.json->kind() == value.kind()) {
        same.push_back(donor.json);
      }
    }
    const Json taken = same.empty() || way == 3 ? *donors[Below(donors.size(), random)].json
                                                : *same[Below(same.size(), random)];
    value = taken;
  } else if (value.is_int()) {
    value = way == 4 ? value.AsInt() + 1 : kIntegers[Below(std::size(kIntegers), random)];
  } else if (value.is_double()) {
    value = kDoubles[Below(std::size(kDoubles), random)];
  } else if (value.is_bool()) {
    value = !value.AsBool();
  } else if (value.is_string()) {
    std::string text = value.AsString();
    if (!text.empty()) text[Below(text.size(), random)] = static_cast<char>(32 + Below(95, random));
    value = std::move(text);
  } else if (value.is_array()) {
    ChangeParts(value.AsArray(), random);
  } else if (value.is_object()) {
    ChangeParts(value.AsObject(), places, random);
  }
}

}  // namespace

Json Mutated(Json json, const Json& donor, Generator& random) {
  Json source = donor;
  std::vector<Place> donors;
  Collect(source, "", donors);
  for (size_t n = 1 + Below(3, random); n > 0; --n) MutateOnce(json, donors, random);
  return json;
}

std::string MutatedText(std::string_view text, std::string_view donor, size_t max_size,
                        Generator& random) {
  auto json = Json::Parse(text);
  const auto other = Json::Parse(donor);
  if (!json.ok()) return "";
  std::string mutated = Mutated(*std::move(json), other.ok() ? *other : *json, random).Dump();
  return mutated.size() <= max_size ? mutated : "";
}

}  // namespace tricorn::fuzz
