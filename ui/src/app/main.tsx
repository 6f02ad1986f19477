import "../components/theme/fonts.css";
import "../components/theme/mantine.css";
import "../components/theme/tokens.css";
import "../components/theme/base.css";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Told } from "../components/Told";
import { mantineVariables, schemeManager, theme } from "../components/theme/theme";
import { client, router } from "./router";

/** Milliseconds that the first picture waits for the code of its place, which `public/ahead.js` has asked for already. */
const PATIENCE = 400;

// Once React has shown that something waits, it shows the next thing 0.3 s later: so it begins when the place is there.
// No `await` out here: the files of the place use what is in this one, and would wait for its end.
void Promise.race([router.load().catch(() => undefined), new Promise((resolve) => setTimeout(resolve, PATIENCE))]).then(() => {
  createRoot(document.getElementById("root")!).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={mantineVariables} colorSchemeManager={schemeManager} defaultColorScheme="auto">
        <QueryClientProvider client={client}>
          <RouterProvider router={router} />
          <Told />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
});
