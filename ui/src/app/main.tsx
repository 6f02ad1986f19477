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
