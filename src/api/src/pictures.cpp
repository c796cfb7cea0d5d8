#include "pictures.hpp"

#include "aqua/contract/json.hpp"

namespace aqua::api {
namespace {

using contract::Json;

std::optional<std::string> Member(const Json& object, std::string_view name) {
  const Json* member = object.Find(name);
  const auto* text = member == nullptr ? nullptr : std::get_if<std::string>(&member->value);
  return text == nullptr ? std::nullopt : std::optional(*text);
}

/// The rows of credits.json whose file is there: {"file", "label", "species", "credit"}.
std::vector<Picture> Credited(const StaticFiles& samples) {
  std::vector<Picture> pictures;
  const StaticFiles::File* credits = samples.Find("credits.json");
  if (credits == nullptr) return pictures;
  const auto json = contract::ParseJson(AsText(*credits->content));
  const auto* rows = json ? std::get_if<Json::Array>(&json->value) : nullptr;
  if (rows == nullptr) return pictures;
  for (const Json& row : *rows) {
    const auto file = Member(row, "file");
    const auto credit = Member(row, "credit");
    if (!file || !credit || samples.Find(*file) == nullptr) continue;
    pictures.push_back({file->substr(file->rfind('/') + 1), "/samples/" + *file, Member(row, "label"), Member(row, "species"), *credit});
  }
  return pictures;
}

bool IsSpeciesPicture(const Picture& picture) { return picture.url.starts_with("/samples/species/"); }

}  // namespace

std::vector<Picture> SamplePictures(const StaticFiles& samples) {
  std::vector<Picture> pictures = Credited(samples);
  std::erase_if(pictures, IsSpeciesPicture);
  return pictures;
}

std::optional<Picture> FindSpeciesPicture(const StaticFiles& samples, std::string_view label) {
  std::optional<Picture> found;
  for (const Picture& picture : Credited(samples))
    if (picture.label == label && (!found || IsSpeciesPicture(picture))) found = picture;
  return found;
}

}  // namespace aqua::api
