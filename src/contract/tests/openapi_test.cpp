#include "aqua/contract/openapi.hpp"

#include <gtest/gtest.h>

#include "aqua/contract/description.hpp"
#include "farm.hpp"

namespace aqua::contract {
namespace {

struct Upload {
  std::string file;
  std::optional<std::string> note;
  static const Object<Upload>& Description() {
    static const Object<Upload> kObject = Object<Upload>("Upload", "").Field("file", &Upload::file, {.format = "binary"}).Field("note", &Upload::note);
    return kObject;
  }
};

struct Problem {
  std::string message;
  static const Object<Problem>& Description() {
    static const Object<Problem> kObject = Object<Problem>("Error", "What went wrong.").Field("message", &Problem::message);
    return kObject;
  }
};

struct OtherFish {
  int weight = 0;
  static const Object<OtherFish>& Description() {
    static const Object<OtherFish> kObject = Object<OtherFish>("Fish", "").Field("weight", &OtherFish::weight);
    return kObject;
  }
};

/// The members of a tree, one below the other: At(json, "paths", "/x", "get").
const Json& At(const Json& json) { return json; }

const Json& At(const Json& json, std::string_view name, auto... rest) {
  const Json* member = json.Find(name);
  if (member == nullptr) throw std::out_of_range(std::string(name));
  return At(*member, rest...);
}

std::string Text(const Json& json) {
  std::string out;
  WriteJson(json, out);
  return out;
}

Operation Plain(std::string method, std::string path) {
  Operation operation;
  operation.method = std::move(method);
  operation.path = std::move(path);
  operation.answers.push_back({204, "Nothing", "", nullptr, {}});
  return operation;
}

ApiInfo Info() { return {.title = "Farm", .version = "1.0", .tags = {{"tanks", "All about tanks"}}, .error = &SchemaOf<Problem>()}; }

Json Document(const std::vector<Operation>& operations, const ApiInfo& info = Info()) { return ParseJson(WriteOpenApi(info, operations)).value(); }

/// The schema as JSON, for a type that is the body of an answer; named objects by their component.
template <typename T>
std::string SchemaText() {
  Operation operation = Plain("GET", "/x");
  operation.answers = {{200, "It", "application/json", &SchemaOf<T>(), {}}};
  const Json document = Document({operation});
  if constexpr (Described<T>) return Text(At(document, "components", "schemas", SchemaOf<T>().name));
  return Text(At(document, "paths", "/x", "get", "responses", "200", "content", "application/json", "schema"));
}

TEST(OpenApiTest, DescribesEveryScalar) {
  EXPECT_EQ(SchemaText<bool>(), R"({"type":"boolean"})");
  EXPECT_EQ(SchemaText<int>(), R"({"type":"integer","format":"int32"})");
  EXPECT_EQ(SchemaText<std::int64_t>(), R"({"type":"integer","format":"int64"})");
  EXPECT_EQ(SchemaText<double>(), R"({"type":"number","format":"double"})");
  EXPECT_EQ(SchemaText<std::string>(), R"({"type":"string"})");
  EXPECT_EQ(SchemaText<Json>(), "{}");
  EXPECT_EQ(SchemaText<farm::Health>(), R"({"type":"string","enum":["good","poor"]})");
}

TEST(OpenApiTest, DescribesWhatIsMadeOfOthers) {
  EXPECT_EQ(SchemaText<std::optional<farm::Health>>(), R"({"type":["string","null"],"enum":["good","poor",null]})");
  EXPECT_EQ(SchemaText<std::vector<std::optional<int>>>(), R"({"type":"array","items":{"type":["integer","null"],"format":"int32"}})");
  EXPECT_EQ((SchemaText<std::map<std::string, bool>>()), R"({"type":"object","additionalProperties":{"type":"boolean"}})");
  EXPECT_EQ(SchemaText<std::vector<farm::Fish>>(), R"({"type":"array","items":{"$ref":"#/components/schemas/Fish"}})");
  EXPECT_EQ(SchemaText<std::optional<farm::Fish>>(), R"({"anyOf":[{"$ref":"#/components/schemas/Fish"},{"type":"null"}]})");
}

TEST(OpenApiTest, DescribesObjectsWithTheirMembersInOrder) {
  EXPECT_EQ(SchemaText<farm::Fish>(), R"({"type":"object","properties":{"species":{"type":"string","minLength":1,"description":"Its name"},)"
                                      R"("length_mm":{"type":["number","null"],"format":"double","minimum":0}},"required":["species"],)"
                                      R"("description":"One fish."})");
  EXPECT_EQ(SchemaText<farm::Nothing>(), R"({"type":"object","description":"Nothing at all."})");
  const std::string tank = SchemaText<farm::Tank>();
  EXPECT_NE(tank.find(R"("interval":{"type":"integer","format":"int64","minimum":1,"default":60})"), std::string::npos) << tank;
  EXPECT_NE(tank.find(R"("largest":{"anyOf":[{"$ref":"#/components/schemas/Fish"},{"type":"null"}],"description":"The largest one"})"), std::string::npos)
      << tank;
  EXPECT_NE(tank.find(R"("required":["id","active","fish_count","litres","temperature","health","fish","readings","extra"])"), std::string::npos) << tank;
}

TEST(OpenApiTest, ShowsTheRules) {
  const std::string ruled = SchemaText<farm::Ruled>();
  for (const char* part : {R"("code":{"type":["string","null"],"format":"uuid"})", R"("version":{"type":["string","null"],"pattern":"^v\\d+\\.\\d+\\.\\d+$"})",
                           R"("at":{"type":["string","null"],"format":"date-time","examples":["2026-01-31T08:30:00Z"]})",
                           R"("word":{"type":["string","null"],"enum":["salmon","trout",null]})",
                           R"("ratio":{"type":["number","null"],"format":"double","minimum":0,"maximum":1})",
                           R"("tags":{"type":["array","null"],"items":{"type":"string","maxLength":5},"minItems":1,"maxItems":3,"uniqueItems":true})",
                           R"("labels":{"type":["object","null"],"additionalProperties":{"type":"string","minLength":2},"maxProperties":2})"})
    EXPECT_NE(ruled.find(part), std::string::npos) << part << " in " << ruled;
}

TEST(OpenApiTest, WritesParametersWithoutNull) {
  Operation operation = Plain("GET", "/tanks/{id}");
  operation.path_parameters = &SchemaOf<farm::Path>();
  operation.query = &SchemaOf<farm::Query>();
  const std::string text = Text(At(Document({operation}), "paths", "/tanks/{id}", "get", "parameters"));
  EXPECT_EQ(text,
            R"([{"name":"id","in":"path","required":true,"schema":{"type":"string","format":"uuid"}},)"
            R"({"name":"limit","in":"query","description":"How many","schema":{"type":"integer","format":"int64","minimum":1,"maximum":500,"default":10}},)"
            R"({"name":"active","in":"query","schema":{"type":"boolean"}},)"
            R"({"name":"above","in":"query","schema":{"type":"number","format":"double"}},)"
            R"({"name":"text","in":"query","schema":{"type":"string","maxLength":4}},)"
            R"({"name":"ids","in":"query","schema":{"type":"array","items":{"type":"integer","format":"int64"},"maxItems":3,"default":[]}}])");
}

TEST(OpenApiTest, WritesBodiesAndFiles) {
  Operation operation = Plain("POST", "/fish");
  operation.request_bodies = {{"multipart/form-data", &SchemaOf<Upload>()}, {"application/json", &SchemaOf<farm::Fish>()}, {"image/png", nullptr}};
  const Json document = Document({operation});
  EXPECT_EQ(Text(At(document, "paths", "/fish", "post", "requestBody")),
            R"({"required":true,"content":{"multipart/form-data":{"schema":{"$ref":"#/components/schemas/Upload"}},)"
            R"("application/json":{"schema":{"$ref":"#/components/schemas/Fish"}},"image/png":{}}})");
  EXPECT_EQ(Text(At(document, "components", "schemas", "Upload", "additionalProperties")), "false");
  EXPECT_EQ(Text(At(document, "components", "schemas", "Upload", "properties", "file")), R"({"type":"string","contentMediaType":"application/octet-stream"})");
}

TEST(OpenApiTest, GivesErrorsTheSharedSchema) {
  Operation operation = Plain("GET", "/x");
  operation.answers = {{200, "It", "text/csv", nullptr, {{"X-Next-Cursor", "Where to go on"}}}, {404, "No", "", nullptr, {}}, {304, "Same", "", nullptr, {}}};
  EXPECT_EQ(Text(At(Document({operation}), "paths", "/x", "get", "responses")),
            R"({"200":{"description":"It","headers":{"X-Next-Cursor":{"description":"Where to go on","schema":{"type":"string"}}},"content":{"text/csv":{}}},)"
            R"("404":{"description":"No","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Error"}}}},"304":{"description":"Same"}})");
}

TEST(OpenApiTest, WritesWhatElseIsKnownOfAnOperation) {
  Operation operation = Plain("DELETE", "/x");
  operation.operation_id = "deleteX";
  operation.summary = "Deletes x";
  operation.description = "For good.";
  operation.tag = "tanks";
  operation.roles = {"manager", "admin"};
  operation.rate_class = "write";
  operation.max_body_bytes = 1024;
  EXPECT_EQ(Text(At(Document({operation}), "paths", "/x", "delete")),
            R"({"tags":["tanks"],"summary":"Deletes x","description":"For good.","operationId":"deleteX","responses":{"204":{"description":"Nothing"}},)"
            R"("x-roles":["manager","admin"],"x-rate-class":"write","x-max-body-bytes":1024})");
}

TEST(OpenApiTest, IsIndentedAndEndsWithANewline) {
  EXPECT_EQ(WriteOpenApi({.title = "Farm", .version = "1.0", .licence = "Apache-2.0"}, std::vector{Plain("GET", "/x")}), R"({
  "openapi": "3.1.0",
  "info": {
    "title": "Farm",
    "version": "1.0",
    "license": {
      "name": "Apache-2.0",
      "identifier": "Apache-2.0"
    }
  },
  "paths": {
    "/x": {
      "get": {
        "responses": {
          "204": {
            "description": "Nothing"
          }
        }
      }
    }
  }
}
)");
}

TEST(OpenApiTest, OrdersPathsAsGivenAndComponentsByName) {
  Operation first = Plain("POST", "/b");
  first.request_bodies = {{"application/json", &SchemaOf<farm::Tank>()}};
  Operation second = Plain("GET", "/a");
  second.answers = {{200, "It", "application/json", &SchemaOf<Problem>(), {}}};
  const Json document = Document({first, second, Plain("GET", "/b")});
  const auto names = [](const Json& json) {
    std::string joined;
    for (const auto& [name, value] : std::get<Json::Object>(json.value)) joined += name + " ";
    return joined;
  };
  EXPECT_EQ(names(At(document, "paths")), "/b /a ");
  EXPECT_EQ(names(At(document, "paths", "/b")), "post get ");
  EXPECT_EQ(names(At(document, "components", "schemas")), "Error Fish Tank ");
}

using OpenApiDeathTest = ::testing::Test;

TEST(OpenApiDeathTest, OneNameHasOneSchema) {
  Operation first = Plain("GET", "/a");
  first.answers = {{200, "It", "application/json", &SchemaOf<farm::Fish>(), {}}};
  Operation second = Plain("GET", "/b");
  second.answers = {{200, "It", "application/json", &SchemaOf<OtherFish>(), {}}};
  EXPECT_DEATH(Document({first, second}), "one_schema_of_a_name");
}

TEST(OpenApiDeathTest, OperationsAndTheirIdsStandOnce) {
  EXPECT_DEATH(Document({Plain("GET", "/a"), Plain("GET", "/a")}), "method");
  Operation first = Plain("GET", "/a");
  first.operation_id = "it";
  Operation second = Plain("GET", "/b");
  second.operation_id = "it";
  EXPECT_DEATH(Document({first, second}), "id_is_new");
}

TEST(OpenApiDeathTest, PathsAndTheirParametersAgree) {
  EXPECT_DEATH(Document({Plain("GET", "/a/{id}")}), "agree");
  Operation operation = Plain("GET", "/a");
  operation.path_parameters = &SchemaOf<farm::Path>();
  EXPECT_DEATH(Document({operation}), "agree");
}

}  // namespace
}  // namespace aqua::contract
