#include "csv.hpp"

namespace aqua::api {
namespace {

constexpr std::string_view kFormulaStarts = "=+-@\t\r";

bool IsNumber(std::string_view cell) { return cell.find_first_not_of("0123456789+-.eE") == std::string_view::npos; }

void AppendCell(std::string_view cell, std::string& out) {
  const bool formula = !cell.empty() && kFormulaStarts.find(cell.front()) != std::string_view::npos && !IsNumber(cell);
  if (!formula && cell.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += cell;
    return;
  }
  out += '"';
  if (formula) out += '\'';
  for (const char c : cell) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace

void AppendCsvLine(const std::vector<std::string>& cells, std::string& out) {
  bool first = true;
  for (const std::string& cell : cells) {
    if (!first) out += ',';
    first = false;
    AppendCell(cell, out);
  }
  out += "\r\n";
}

}  // namespace aqua::api
