// Rules that types can't hold: hooks, promises that nobody waits for, and which room may use which.
import hooks from "eslint-plugin-react-hooks";
import { defineConfig, globalIgnores } from "eslint/config";
import ts from "typescript-eslint";

/** Rooms from the lowest floor up: each uses only those before it, and `wire`. */
const ROOMS = ["domain", "logs", "graph", "gantt", "figures", "api", "components", "views", "features", "app"];
const FEATURES = ["runs", "run", "compare", "pipelines"];

// Shapes (types) may be named from anywhere: they are gone when the page runs.
const typed = (patterns) => patterns.map((pattern) => ({ ...pattern, allowTypeImports: true }));
const imports = (files, patterns) => ({ files, rules: { "@typescript-eslint/no-restricted-imports": ["error", { patterns: typed(patterns) }] } });

const REACT = {
  "no-console": "error",
  // These two prepare for a compiler that is not used here. A log and a table of a million lines scroll by an object that changes outside of React.
  "react-hooks/immutability": "off",
  "react-hooks/refs": "off",
};

/** What is pure knows neither React nor the server. */
const PURE = { regex: "^(react|react-dom|@mantine|@tanstack)(/|$)", message: "this room is pure: it knows no React" };

const rooms = ROOMS.map((room, floor) => {
  const above = ROOMS.slice(floor + 1).filter((other) => !(room === "components" || room === "features") || other !== "app");
  const patterns = above.length === 0 ? [] : [{ regex: `^(\\.\\./)+(${above.join("|")})/`, message: `${room} stands below it` }];
  // The shapes of addresses are told in one file, which all may read.
  if (room === "components" || room === "features") patterns.push({ regex: "^(\\.\\./)+app/(?!search$)", message: "only app/search is for all" });
  if (["domain", "logs", "graph", "gantt", "figures"].includes(room)) patterns.push(PURE);
  return { room, patterns };
});

export default defineConfig(
  globalIgnores(["node_modules", "dist", "src/wire"]),
  { files: ["**/*.{ts,tsx}"], extends: [ts.configs.strict, ts.configs.stylistic], linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.{ts,tsx}"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      // `noUncheckedIndexedAccess` is on: a `!` after an index says that it was looked at.
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-control-regex": "error",
      eqeqeq: "error",
    },
  },
  { files: ["src/**/*.{ts,tsx}"], extends: [hooks.configs.flat.recommended], rules: REACT },
  ...rooms.map(({ room, patterns }) => imports([`src/${room}/**/*.{ts,tsx}`], patterns)),
  // Features do not know each other; what they share stands lower, what joins them higher.
  ...FEATURES.map((feature) => {
    const others = FEATURES.filter((other) => other !== feature);
    const { patterns } = rooms.find(({ room }) => room === "features");
    const apart = { regex: `^(\\.\\./)+(features/)?(${others.join("|")})/`, message: "features do not import each other" };
    return imports([`src/features/${feature}/**/*.{ts,tsx}`], [...patterns, apart]);
  }),
);
