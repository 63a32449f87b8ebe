// Page and API have one origin, so the session's cookie comes by itself: Vite passes on what belongs to the program.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const target = process.env["REELGRAPH"] ?? "http://localhost:8080";
// `Host` stays as the browser sent it: the program compares it with `Origin`, and answers CROSS_SITE where they differ.
const passed = { target, changeOrigin: false };
const proxy = { "/graphql": { ...passed, ws: true }, "/images": passed };

export default defineConfig({
  plugins: [react()],
  server: { proxy },
  preview: { proxy },
});
