#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "aqua/base/result.hpp"

namespace aqua::roles {

/// An image whose class is known.
struct LabelledImage {
  std::filesystem::path path;
  std::string label;
  std::string source;  ///< where it comes from, when the list says so
};

/// Parses one record of CSV (RFC 4180), taking it off the front of text. Errors: kInvalidArgument ("csv_malformed").
Result<std::vector<std::string>> NextCsvRecord(std::string_view& text);

/// Reads a list with the columns path, class and, optionally, split and source; paths are relative to `data`. Keeps the
/// rows of `split`, or all when it is empty. Errors: those of ReadFile; kInvalidArgument ("csv_malformed",
/// "column_missing"), kNotFound ("no_images").
Result<std::vector<LabelledImage>> ReadLabelledList(const std::filesystem::path& data, const std::filesystem::path& list, std::string_view split);

/// Takes the class of each image from the name of its folder below `data`. Errors: kNotFound ("no_images").
Result<std::vector<LabelledImage>> ReadLabelledFolders(const std::filesystem::path& data);

}  // namespace aqua::roles
