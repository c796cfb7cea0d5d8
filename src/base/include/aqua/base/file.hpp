#pragma once

#include <cstdint>
#include <filesystem>

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"

namespace aqua::base {

/// Reads a whole regular file of at most max_bytes into `content`, whose capacity is reused. Blocks.
/// Errors: kNotFound ("not_found", "dangling_link"), kPermissionDenied ("unreadable"), kInvalidArgument
/// ("not_a_file", "empty"), kResourceExhausted ("too_large"), kUnavailable ("read_failed").
Status ReadFile(const std::filesystem::path& path, std::uint64_t max_bytes, Bytes& content);

/// As above, into a new buffer.
Result<Bytes> ReadFile(const std::filesystem::path& path, std::uint64_t max_bytes);

/// Reads a stream that is not seekable, such as standard input, up to its end. Errors as ReadFile.
Result<Bytes> ReadDescriptor(int descriptor, std::uint64_t max_bytes);

/// Writes a file so that readers see the old content or the new, never a part: temporary file, fsync, rename.
/// Errors: kPermissionDenied ("read_only"), kResourceExhausted ("disk_full"), kUnavailable ("write_failed").
Status WriteFileAtomically(const std::filesystem::path& path, ByteView content);

}  // namespace aqua::base
