#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

#include "aqua/base/result.hpp"

namespace aqua::roles {

/// Creates the state folder for this user alone, if it is not there. Errors: kPermissionDenied, kResourceExhausted, kUnavailable,
/// each with what to do.
Status PrepareStateFolder(const std::filesystem::path& folder);

/// Reads the key in <folder>/keys/<name>, made at random by whoever asks first.
Result<std::array<std::uint8_t, 32>> LoadOrMakeKey(const std::filesystem::path& folder, const std::string& name);

}  // namespace aqua::roles
