#pragma once

#include <filesystem>

#include "aqua/config/settings.hpp"

namespace aqua::roles {

/// Folder of the installed program that holds `marker`: <prefix> beside bin/, else the checkout above build/<preset>/bin/;
/// empty when there is none.
std::filesystem::path InstalledFolder(const std::filesystem::path& marker);

/// Folder of the built page: the setting, else web/ beside the installed binary, else web/dist of the checkout; may not exist.
std::filesystem::path PageFolder(const config::Settings& settings);

/// Folder of the sample photos: the setting, else samples/ as above; may not exist.
std::filesystem::path SamplesFolder(const config::Settings& settings);

}  // namespace aqua::roles
