import "../components/theme/fonts.css";
import "../components/theme/mantine.css";
import "../components/theme/tokens.css";
import "../components/theme/base.css";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiProblem } from "../api/client";
import { Told } from "../components/Told";
import { mantineVariables, schemeManager, theme } from "../components/theme/theme";
import { router } from "./router";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: false,
      // What was refused will be refused again; a busy or absent server may answer soon.
      retry: (count, problem) => count < 3 && !(problem instanceof ApiProblem && problem.status < 500),
    },
  },
});

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
