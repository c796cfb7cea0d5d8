#pragma once

// Boost.Beast, for the heads of requests. Asio of this release needs <utility> before it.
#include <utility>

#include <boost/beast/core/error.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
