#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aqua/api/static_files.hpp"

namespace aqua::api {

/// A photo that comes with the program, as samples/credits.json describes it.
struct Picture {
  std::string name;  ///< file name without folder
  std::string url;
  std::optional<std::string> label;    ///< class it shows; none for a fish that the model does not know
  std::optional<std::string> species;  ///< common name
  std::string credit;                  ///< source and licence
};

/// The photos to try, by name. Photos without a credit are not shown.
std::vector<Picture> SamplePictures(const StaticFiles& samples);

/// A photo of a class, if there is one whose licence allows it.
std::optional<Picture> FindSpeciesPicture(const StaticFiles& samples, std::string_view label);

}  // namespace aqua::api
