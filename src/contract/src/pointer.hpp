#pragma once

#include <string>
#include <string_view>

namespace aqua::contract {

/// Appends "/member" to a JSON pointer, escaped (RFC 6901); members longer than 128 bytes are cut.
void AppendPointer(std::string& pointer, std::string_view member);

}  // namespace aqua::contract
