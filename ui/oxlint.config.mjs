// Types, and rules that types can't hold: hooks, promises that nobody waits for, and which room may use which.
import { defineConfig } from "oxlint";

/** Rooms from the lowest floor up: each uses only those before it, and `wire`. */
const ROOMS = ["domain", "logs", "graph", "gantt", "figures", "api", "components", "views", "features", "app"];
const FEATURES = ["runs", "run", "compare", "pipelines"];

/** What is pure knows neither React nor the server. */
const PURE = ["domain", "logs", "graph", "gantt", "figures"];
const LIBRARIES = { regex: "^(react|react-dom|@mantine|@tanstack)(/|$)", message: "this room is pure: it knows no React" };

/** The shapes of addresses are told in one file, which these two may read. */
const ADDRESSED = ["components", "features"];
const ADDRESSES = { group: ["../**/app/**", "!../**/app/search"], message: "only app/search is for all" };

const rooms = (names, message) => ({ regex: `^(\\.\\./)+(${names.join("|")})/`, message });

function refused(room) {
  const addressed = ADDRESSED.includes(room);
  const above = ROOMS.slice(ROOMS.indexOf(room) + 1).filter((other) => !addressed || other !== "app");
  return [...(above.length === 0 ? [] : [rooms(above, `${room} stands below it`)]), ...(addressed ? [ADDRESSES] : []), ...(PURE.includes(room) ? [LIBRARIES] : [])];
}

// Shapes (types) may be named from anywhere: they are gone when the page runs.
const imports = (folder, patterns) => ({
  files: [`src/${folder}/**/*.{ts,tsx}`],
  rules: { "no-restricted-imports": ["error", { patterns: patterns.map((one) => ({ ...one, allowTypeImports: true })) }] },
});

/** What could be written in more than one way is written in one. */
const ONE_WAY = [
  "eqeqeq", "no-array-constructor", "no-empty-function", "no-var", "prefer-const", "prefer-rest-params", "prefer-spread",
  "typescript/adjacent-overload-signatures", "typescript/array-type", "typescript/ban-ts-comment", "typescript/ban-tslint-comment",
  "typescript/class-literal-property-style", "typescript/consistent-generic-constructors", "typescript/consistent-indexed-object-style",
  "typescript/consistent-type-assertions", "typescript/consistent-type-definitions", "typescript/no-confusing-non-null-assertion",
  "typescript/no-dynamic-delete", "typescript/no-empty-object-type", "typescript/no-explicit-any", "typescript/no-extraneous-class",
  "typescript/no-inferrable-types", "typescript/no-invalid-void-type", "typescript/no-namespace", "typescript/no-non-null-asserted-nullish-coalescing",
  "typescript/no-require-imports", "typescript/no-unsafe-function-type", "typescript/prefer-for-of", "typescript/prefer-function-type",
  "typescript/prefer-literal-enum-member", "typescript/unified-signatures",
];

/** What React's own plugin recommends beyond what is plainly wrong. */
const REACT = [
  "error-boundaries", "exhaustive-deps", "globals", "incompatible-library", "preserve-manual-memoization", "purity", "rules-of-hooks",
  "set-state-in-effect", "set-state-in-render", "static-components", "unsupported-syntax", "use-memo",
];

export default defineConfig({
  plugins: ["eslint", "typescript", "react", "oxc"],
  categories: { correctness: "error" },
  ignorePatterns: ["node_modules", "dist", "src/wire"],
  options: { typeAware: true, typeCheck: true, reportUnusedDisableDirectives: "error" },
  rules: {
    ...Object.fromEntries(ONE_WAY.map((rule) => [rule, "error"])),
    // These two prepare for a compiler that is not used here. A log and a table of a million lines scroll by an object that changes outside of React.
    "react/immutability": "off",
    "react/refs": "off",
    "typescript/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
    "typescript/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    "typescript/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
    // What is said here comes as JSON from strangers: a value that is no text is shown as whatever it makes of itself.
    "typescript/no-base-to-string": "off",
    // `keyof T & string` is how TypeScript itself spells names that are text.
    "typescript/no-redundant-type-constituents": "off",
    "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    "no-empty-pattern": "off", // a fixture of Vitest that needs nothing says so by {}
  },
  overrides: [
    // What browsers run as it is, before any of our code.
    { files: ["public/**"], rules: { "no-var": "off", "no-empty-function": "off" } },
    { files: ["src/**"], rules: { "no-console": "error", ...Object.fromEntries(REACT.map((rule) => [`react/${rule}`, "error"])) } },
    ...ROOMS.map((room) => imports(room, refused(room))),
    // Features do not know each other; what they share stands lower, what joins them higher.
    ...FEATURES.map((feature) => {
      const others = FEATURES.filter((other) => other !== feature);
      const apart = { regex: `^(\\.\\./)+(features/)?(${others.join("|")})/`, message: "features do not import each other" };
      return imports(`features/${feature}`, [...refused("features"), apart]);
    }),
  ],
});
