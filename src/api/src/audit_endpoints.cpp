#include <string>
#include <utility>

#include "accounts_answer.hpp"
#include "aqua/audit/reader.hpp"
#include "aqua/base/time.hpp"
#include "caller.hpp"
#include "input.hpp"
#include "messages.hpp"

namespace aqua::api {
namespace {

AuditEntryAnswer MakeAuditEntryAnswer(const audit::StoredEntry& stored) {
  AuditEntryAnswer answer;
  answer.sequence = stored.sequence;
  answer.created_at = base::FormatTime(stored.entry.time);
  answer.user_id = stored.entry.user_id;
  answer.action = stored.entry.action;
  answer.resource_type = stored.entry.resource_type;
  answer.resource_id = stored.entry.resource_id;
  answer.outcome = stored.entry.outcome;
  if (auto details = contract::ParseJson(stored.entry.details)) answer.details = *std::move(details);
  answer.ip_address = stored.entry.ip_address;
  answer.user_agent = stored.entry.user_agent;
  answer.request_id = stored.entry.request_id;
  answer.hash = stored.hash;
  return answer;
}

void List(Services& services, const ExchangePtr& exchange) {
  const auto query = ReadQuery<AuditQuery>(services, *exchange);
  if (!query) return;
  const http::Request& request = exchange->request();
  audit::ListFilter filter;
  filter.action_prefix = query->action;
  filter.user_id = query->user_id;
  std::vector<contract::Fault> faults;
  for (const auto& [text, member, name] : {std::tuple(&query->from, &filter.from, "/from"), std::tuple(&query->to, &filter.to, "/to")}) {
    if (!*text) continue;
    *member = base::ParseTime(**text);
    if (!*member) faults.push_back({name, "must lie between the years 1678 and 2261", "out_of_range"});
  }
  if (!faults.empty()) return exchange->Respond(FaultsResponse(services, request, faults));
  const auto entries = audit::List(services.identity.database, TenantOf(request).id, filter, static_cast<std::size_t>(query->limit), query->before);
  if (!entries) return exchange->Respond(ErrorResponse(services, request, entries.error()));
  std::vector<AuditEntryAnswer> answers;
  for (const audit::StoredEntry& entry : *entries) answers.push_back(MakeAuditEntryAnswer(entry));
  exchange->Respond(JsonResponseOf(200, answers));
}

}  // namespace

std::vector<Endpoint> AuditEndpoints() {
  Endpoint list =
      ReadingEndpoint("/api/v1/audit", "listAuditEntries", "What happened in the organisation, newest first", "audit", http::Execution::kBlocking, &List);
  list.operation.description =
      "Sign-ins, refused requests, and changes of accounts, keys and data. The next page is before the last sequence of this one. Each entry is chained to the "
      "one "
      "before by its hash; `aqua audit verify` checks the whole log.";
  list.operation.query = &contract::SchemaOf<AuditQuery>();
  list.operation.rate_class = "read";
  list.operation.roles = {"admin"};
  list.operation.answers = {JsonAnswer<std::vector<AuditEntryAnswer>>(200, "A page of entries")};
  AddErrors(list.operation, {400, 403, 422, 500, 503, 504});
  return {list};
}

}  // namespace aqua::api
