#pragma once

#include <vector>

#include "aqua/storage/migrations.hpp"

namespace aqua::storage {

/// Generated from the folder migrations/.
const std::vector<Migration>& SqliteMigrations();
const std::vector<Migration>& PostgresMigrations();

}  // namespace aqua::storage
