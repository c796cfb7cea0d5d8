#pragma once

#include <string>
#include <vector>

namespace aqua::bench {

/// What a whole process cost.
struct ProcessCost {
  double wall_seconds = 0;
  double cpu_seconds = 0;
  double peak_rss_mb = 0;
};

/// Runs a program with its output thrown away; ends this process when it fails.
ProcessCost RunProcess(const std::vector<std::string>& arguments);

}  // namespace aqua::bench
