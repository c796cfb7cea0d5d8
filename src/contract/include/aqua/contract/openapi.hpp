#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "aqua/contract/schema.hpp"

namespace aqua::contract {

/// A way in which callers prove who they are.
struct SecurityScheme {
  std::string name;         ///< "bearer"
  std::string type;         ///< "http" or "apiKey"
  std::string scheme = {};  ///< of "http": "bearer"
  std::string in = {};      ///< of "apiKey": "header" or "cookie"
  std::string key = {};     ///< of "apiKey": name of the header or cookie
  std::string description = {};
};

/// What is true of the whole API.
struct ApiInfo {
  std::string title;
  std::string version;
  std::string description = {};
  std::string licence = {};                                    ///< SPDX expression; none if empty
  std::vector<std::pair<std::string, std::string>> tags = {};  ///< name, description; in this order
  std::vector<SecurityScheme> security = {};                   ///< any one of them for operations with roles
  const Schema* error = nullptr;                               ///< JSON body of every 4xx and 5xx answer that names no media type
};

/// One operation: a method on a path. Schemas are those of described structs and must outlive the call.
struct Operation {
  struct Answer {
    int status = 200;
    std::string description = {};
    std::string media_type = {};                                    ///< empty: no body, or ApiInfo::error
    const Schema* schema = nullptr;                                 ///< null: any content of the media type
    std::vector<std::pair<std::string, std::string>> headers = {};  ///< name, description
  };

  std::string method = {};  ///< "GET"
  std::string path = {};    ///< "/api/v1/predictions/{id}"; each name in braces is a member of path_parameters, and the reverse
  std::string operation_id = {};
  std::string summary = {};
  std::string description = {};
  std::string tag = {};
  const Schema* path_parameters = nullptr;
  const Schema* query = nullptr;
  std::vector<std::pair<std::string, const Schema*>> request_bodies = {};  ///< media type, schema or null
  bool body_required = true;
  std::vector<Answer> answers = {};
  std::vector<std::string> roles = {};  ///< x-roles
  std::string scope = {};               ///< x-scope: what an API key with scopes needs
  std::string rate_class = {};          ///< x-rate-class
  std::uint64_t max_body_bytes = 0;     ///< x-max-body-bytes; 0: not shown
};

/// The OpenAPI 3.1.0 document: two spaces, a newline at the end, paths in the order of the table, components by name. The same
/// input gives the same bytes. Ends the process when two different schemas have one name, an operation or its id stands twice,
/// or a path and its parameters disagree.
std::string WriteOpenApi(const ApiInfo& info, std::span<const Operation> operations);

}  // namespace aqua::contract
