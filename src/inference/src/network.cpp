#include "aqua/inference/network.hpp"

#include <functional>
#include <numeric>

namespace aqua::inference {

std::size_t TensorInfo::size() const { return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>()); }

}  // namespace aqua::inference
