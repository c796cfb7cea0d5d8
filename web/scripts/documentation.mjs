// Puts the interactive documentation of the API beside the page, so that it works without internet.
import { cpSync, mkdirSync, writeFileSync } from "node:fs";

const source = "node_modules/swagger-ui-dist";
const target = "dist/documentation";
mkdirSync(target, { recursive: true });
for (const file of ["swagger-ui-bundle.js", "swagger-ui.css"]) cpSync(`${source}/${file}`, `${target}/${file}`);

const page = (title, script) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="/documentation/swagger-ui.css" />
    <title>${title}</title>
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/documentation/swagger-ui-bundle.js"></script>
    <script src="/documentation/${script}"></script>
  </body>
</html>
`;
const start = (options) =>
  `window.ui = SwaggerUIBundle({ url: "/api/v1/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null, ${options} });\n`;

writeFileSync("dist/docs.html", page("Aquaculture ML Platform API", "docs.js"));
writeFileSync(`${target}/docs.js`, start("tryItOutEnabled: true"));
// The reading view of the same document: nothing to send, models open. All operations open would take a minute to draw.
writeFileSync("dist/redoc.html", page("Aquaculture ML Platform API, reference", "redoc.js"));
writeFileSync(`${target}/redoc.js`, start('supportedSubmitMethods: [], docExpansion: "list", defaultModelsExpandDepth: 2'));
