/** Figures as a run's page says them: those of the whole page. */
export * from "../../domain/formats";
