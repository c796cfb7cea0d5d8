#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace aqua::base {

/// Cores this process may use: the smaller of its affinity mask and the CPU quota of its control group (v2, then v1),
/// rounded up, at least 1. Read anew on each call.
std::size_t AvailableCores();

/// As AvailableCores(), with the control group read below `cgroup_root` and at most `affinity` cores.
std::size_t AvailableCores(const std::filesystem::path& cgroup_root, std::size_t affinity);

/// Model name of the first processor, or "unknown".
std::string CpuModel();

/// Vector extensions that matter to the engines and that this processor has, for example "avx2", "avx512_vnni".
std::vector<std::string> CpuFeatures();

}  // namespace aqua::base
