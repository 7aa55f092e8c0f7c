import { defineConfig } from "@pawl/flows";

export default defineConfig({});
