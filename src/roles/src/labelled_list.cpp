#include "labelled_list.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "aqua/base/file.hpp"
#include "aqua/base/text.hpp"
#include "image_paths.hpp"

namespace aqua::roles {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxListBytes = 256ULL << 20;
constexpr std::size_t kNoColumn = static_cast<std::size_t>(-1);

std::size_t Column(const std::vector<std::string>& header, std::string_view name) {
  const auto found = std::find(header.begin(), header.end(), name);
  return found == header.end() ? kNoColumn : static_cast<std::size_t>(found - header.begin());
}

std::string Field(const std::vector<std::string>& record, std::size_t column) { return column < record.size() ? record[column] : std::string(); }

Error Malformed(const fs::path& list, std::size_t line, std::string_view what) {
  return MakeError(ErrorCode::kInvalidArgument, fmt::format("{}: record {}: {}", base::Printable(list.string()), line, what), "csv_malformed");
}

}  // namespace

Result<std::vector<std::string>> NextCsvRecord(std::string_view& text) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (quoted) {
      if (c != '"')
        fields.back() += c;
      else if (text.starts_with('"')) {
        fields.back() += c;
        text.remove_prefix(1);
      } else
        quoted = false;
    } else if (c == '"' && fields.back().empty()) {
      quoted = true;
    } else if (c == ',') {
      fields.emplace_back();
    } else if (c == '\n') {
      return fields;
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  if (quoted) return MakeError(ErrorCode::kInvalidArgument, "a quoted field does not end", "csv_malformed");
  return fields;
}

Result<std::vector<LabelledImage>> ReadLabelledList(const fs::path& data, const fs::path& list, std::string_view split) {
  auto content = base::ReadFile(list, kMaxListBytes);
  if (!content) return content.error().WithContext(base::Printable(list.string()));
  std::string_view rest = AsText(*content);
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
  AQUA_TRY_ASSIGN(const std::vector<std::string> header, NextCsvRecord(rest));
  const std::size_t path_column = Column(header, "path");
  const std::size_t class_column = Column(header, "class");
  const std::size_t split_column = Column(header, "split");
  const std::size_t source_column = Column(header, "source");
  if (path_column == kNoColumn || class_column == kNoColumn)
    return MakeError(ErrorCode::kInvalidArgument, fmt::format("{}: the first line must name the columns path and class", base::Printable(list.string())),
                     "column_missing");
  if (!split.empty() && split_column == kNoColumn)
    return MakeError(ErrorCode::kInvalidArgument,
                     fmt::format("{}: there is no column split to look for '{}' in", base::Printable(list.string()), base::Printable(split)), "column_missing");

  std::vector<LabelledImage> images;
  for (std::size_t line = 2; !rest.empty(); ++line) {
    auto record = NextCsvRecord(rest);
    if (!record) return Malformed(list, line, record.error().message);
    if (record->size() == 1 && record->front().empty()) continue;
    if (record->size() != header.size())
      return Malformed(list, line, fmt::format("has {} fields where the first line names {}", record->size(), header.size()));
    if (!split.empty() && Field(*record, split_column) != split) continue;
    images.push_back({data / Field(*record, path_column), Field(*record, class_column), Field(*record, source_column)});
  }
  if (images.empty())
    return MakeError(
        ErrorCode::kNotFound,
        fmt::format("{}: no images{}", base::Printable(list.string()), split.empty() ? "" : fmt::format(" in the split '{}'", base::Printable(split))),
        "no_images");
  return images;
}

Result<std::vector<LabelledImage>> ReadLabelledFolders(const fs::path& data) {
  const ImagePaths found = FindImages({data.string()});
  std::vector<LabelledImage> images;
  for (const ImagePath& image : found.images) {
    if (image.error) return image.error->WithContext(base::Printable(image.path));
    images.push_back({image.path, fs::path(image.path).parent_path().filename().string(), {}});
  }
  return images;
}

}  // namespace aqua::roles
