import { defineOperation } from "@pawl/flows";
import { z } from "zod";

const ok = z.object({ status: z.literal("ok") });

export const healthz = defineOperation({
  route: "GET /healthz",
  id: "healthz",
  tag: "health",
  summary: "The process answers",
  answers: { 200: { description: "It does.", schema: ok } },
  access: "open",
});

export const readyz = defineOperation({
  route: "GET /readyz",
  id: "readyz",
  tag: "health",
  summary: "The server does its work",
  answers: { 200: { description: "It does.", schema: ok } },
  problems: ["not-ready"],
  access: "open",
});

export const metrics = defineOperation({
  route: "GET /metrics",
  id: "metrics",
  tag: "health",
  summary: "Numbers for Prometheus",
  answers: { 200: { description: "The text format of Prometheus.", types: ["text/plain"] } },
});

export const openApi = defineOperation({
  route: "GET /openapi.json",
  id: "openApi",
  tag: "health",
  summary: "This document",
  answers: { 200: { description: "OpenAPI 3.1.", schema: z.looseObject({ openapi: z.string() }) } },
});
