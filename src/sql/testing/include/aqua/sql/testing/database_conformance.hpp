#pragma once

// Brings the suites DatabaseValueTest, DatabaseTransactionTest and DatabasePoolTest into a test program.
#include "aqua/sql/testing/misuse_conformance.hpp"       // IWYU pragma: export
#include "aqua/sql/testing/pool_conformance.hpp"         // IWYU pragma: export
#include "aqua/sql/testing/transaction_conformance.hpp"  // IWYU pragma: export
#include "aqua/sql/testing/value_conformance.hpp"        // IWYU pragma: export
