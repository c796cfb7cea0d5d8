#include "aqua/base/cpu.hpp"

#include <sched.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string_view>

namespace aqua::base {
namespace {

/// Cores granted by a quota of `quota` microseconds a period, or 0 when there is no quota.
std::size_t CoresOfQuota(double quota, double period) {
  if (quota <= 0 || period <= 0) return 0;
  return std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(quota / period)));
}

std::size_t CgroupCores(const std::filesystem::path& root) {
  if (std::ifstream file(root / "cpu.max"); file) {
    std::string quota;
    double period = 0;
    file >> quota >> period;
    return quota == "max" || quota.empty() ? 0 : CoresOfQuota(std::strtod(quota.c_str(), nullptr), period);
  }
  double quota = 0;
  double period = 0;
  std::ifstream(root / "cpu/cpu.cfs_quota_us") >> quota;
  std::ifstream(root / "cpu/cpu.cfs_period_us") >> period;
  return CoresOfQuota(quota, period);
}

std::string CpuInfo(std::string_view key) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    const auto colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return {};
}

}  // namespace

std::size_t AvailableCores() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  const int affinity = sched_getaffinity(0, sizeof mask, &mask) == 0 ? CPU_COUNT(&mask) : 1;
  return AvailableCores("/sys/fs/cgroup", static_cast<std::size_t>(std::max(affinity, 1)));
}

std::size_t AvailableCores(const std::filesystem::path& cgroup_root, std::size_t affinity) {
  const std::size_t quota = CgroupCores(cgroup_root);
  return quota == 0 ? affinity : std::min(quota, affinity);
}

std::string CpuModel() {
  std::string model = CpuInfo("model name");
  return model.empty() ? "unknown" : model;
}

std::vector<std::string> CpuFeatures() {
  constexpr std::array<std::string_view, 8> kRelevant = {"sse4_2", "avx", "avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile"};
  std::istringstream flags(CpuInfo("flags"));
  std::vector<std::string> found;
  for (std::string flag; flags >> flag;)
    if (std::find(kRelevant.begin(), kRelevant.end(), flag) != kRelevant.end()) found.push_back(flag);
  return found;
}

}  // namespace aqua::base
