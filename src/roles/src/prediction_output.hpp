#pragma once

#include <string>
#include <string_view>

#include "aqua/base/result.hpp"
#include "aqua/domain/prediction.hpp"

namespace aqua::roles {

/// One line of `aqua classify --json`; its members are fixed by docs/cli.md.
std::string PredictionJson(std::string_view path, const domain::Prediction& prediction);
std::string FailureJson(std::string_view path, const Error& error);

/// The table of `aqua classify`, row by row. Columns have a fixed width, so that rows can be printed as they come.
class PredictionTable {
 public:
  /// path_columns: width of the longest path; it is cut down when the terminal is narrower.
  PredictionTable(std::size_t path_columns, std::size_t terminal_columns, bool show_candidates, double high_confidence);
  [[nodiscard]] std::string Header() const;
  [[nodiscard]] std::string Row(std::string_view path, const domain::Prediction& prediction) const;

 private:
  [[nodiscard]] std::string PathCell(std::string_view path) const;

  std::size_t path_columns_;
  bool show_candidates_;
  double high_confidence_;
};

}  // namespace aqua::roles
