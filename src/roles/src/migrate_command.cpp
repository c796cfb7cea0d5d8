#include <fmt/format.h>

#include "aqua/base/text.hpp"
#include "aqua/storage/migrations.hpp"
#include "commands.hpp"
#include "database.hpp"
#include "output.hpp"

namespace aqua::roles {
namespace {

int Plan(sql::Database& database) {
  const auto plan = storage::PlanMigrations(database);
  if (!plan) {
    Complain(plan.error().message);
    return kExitFailed;
  }
  fmt::print("{}: {} of {} steps applied\n", base::Printable(database.description()), plan->applied.size(), plan->applied.size() + plan->pending.size());
  for (const storage::Migration& migration : plan->pending) fmt::print("-- {} {}\n{}\n", migration.version, migration.name, migration.sql);
  if (plan->pending.empty()) fmt::print("nothing to do\n");
  return kExitOk;
}

}  // namespace

int RunMigrate(const Context& context, const MigrateArguments& arguments) {
  const auto database = OpenDatabase(context.settings);
  if (!database) {
    Complain(database.error().message);
    return kExitFailed;
  }
  if (arguments.plan) return Plan(**database);
  const auto applied = storage::Migrate(**database);
  if (!applied) {
    Complain(applied.error().message);
    return kExitFailed;
  }
  for (const std::string& version : *applied) fmt::print("applied {}\n", version);
  fmt::print("{} is up to date\n", base::Printable((*database)->description()));
  return kExitOk;
}

}  // namespace aqua::roles
