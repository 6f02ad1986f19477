/** Figures as the page says them: short, with their unit, the same everywhere. */
