#pragma once

#include <string_view>

namespace aqua::storage {

/// A sentence about a class of the shipped models; empty for others.
std::string_view SpeciesDescription(std::string_view label);

}  // namespace aqua::storage
