#pragma once

#include <string>
#include <vector>

#include "aqua/auth/role.hpp"

namespace aqua::auth {

/// On whose behalf a request acts, once that has been proved. A value; ids are UUIDs as text.
struct Principal {
  enum class Kind {
    kLocal,   ///< no administrator exists yet: whoever reaches the loopback address
    kUser,    ///< an access token or a browser session
    kApiKey,  ///< an API key
  };

  Kind kind = Kind::kLocal;
  std::string user_id;  ///< empty: the local user
  std::string tenant_id;
  Role role = Role::kViewer;
  std::string session_id;           ///< empty unless kUser
  std::string key_id;               ///< empty unless kApiKey
  std::vector<std::string> scopes;  ///< empty: all that the role may
};

}  // namespace aqua::auth
