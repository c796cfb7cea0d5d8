#include "aqua/audit/checkpoint.hpp"

#include <fmt/format.h>

#include <utility>

#include "aqua/base/base64.hpp"
#include "aqua/contract/json.hpp"

namespace aqua::audit {
namespace {

Error Malformed() { return MakeError(ErrorCode::kInvalidArgument, "not a checkpoint", "checkpoint_malformed"); }

template <typename T>
const T* Member(const contract::Json& json, std::string_view name) {
  const contract::Json* member = json.Find(name);
  return member == nullptr ? nullptr : std::get_if<T>(&member->value);
}

}  // namespace

std::string SignedText(const Checkpoint& checkpoint) {
  return fmt::format("aqua-audit-checkpoint-1\nnumber {}\nsequence {}\nhash {}\ncreated_at {}\nkey_id {}\n", checkpoint.number, checkpoint.sequence,
                     checkpoint.hash, checkpoint.created_at, checkpoint.key_id);
}

std::string WriteCheckpoint(const Checkpoint& checkpoint) {
  std::string line = fmt::format(R"({{"number":{},"sequence":{})", checkpoint.number, checkpoint.sequence);
  const auto add = [&line](std::string_view name, std::string_view text) {
    line += fmt::format(",\"{}\":", name);
    contract::WriteJsonString(text, line);
  };
  add("hash", checkpoint.hash);
  add("created_at", checkpoint.created_at);
  add("key_id", checkpoint.key_id);
  add("signature", base::EncodeBase64(checkpoint.signature));
  return line + "}";
}

Result<Checkpoint> ReadCheckpoint(std::string_view line) {
  const auto json = contract::ParseJson(line);
  if (!json || !std::holds_alternative<contract::Json::Object>(json->value)) return Malformed();
  const auto* number = Member<std::int64_t>(*json, "number");
  const auto* sequence = Member<std::int64_t>(*json, "sequence");
  const auto* hash = Member<std::string>(*json, "hash");
  const auto* created_at = Member<std::string>(*json, "created_at");
  const auto* key_id = Member<std::string>(*json, "key_id");
  const auto* signature = Member<std::string>(*json, "signature");
  if (number == nullptr || sequence == nullptr || hash == nullptr || created_at == nullptr || key_id == nullptr || signature == nullptr) return Malformed();
  auto bytes = base::DecodeBase64(*signature);
  if (!bytes) return Malformed();
  return Checkpoint{*number, *sequence, *hash, *created_at, *key_id, *std::move(bytes)};
}

}  // namespace aqua::audit
