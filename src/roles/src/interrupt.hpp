#pragma once

namespace aqua::roles {

/// From now on SIGINT and SIGTERM only raise a flag; a second one ends the process at once.
void HandleSignals();

/// Whether the user asked to stop.
bool Interrupted();

}  // namespace aqua::roles
