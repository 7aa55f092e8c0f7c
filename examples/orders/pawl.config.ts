import { defineConfig } from "pawl";

export default defineConfig({});
