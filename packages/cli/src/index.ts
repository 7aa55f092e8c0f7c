// What is exported here is public.
export { defineConfig, type ProjectConfig } from "@pawl/flows";
