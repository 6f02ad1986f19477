export * from "../../domain/formats";
