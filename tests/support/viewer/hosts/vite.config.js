import { svelte } from "@sveltejs/vite-plugin-svelte";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

const isCustomElement = (tag) => tag.startsWith("natstap-");

export default defineConfig({
  logLevel: "error",
  plugins: [vue({ template: { compilerOptions: { isCustomElement } } }), svelte()],
  build: {
    minify: false,
    rollupOptions: { input: ["react.html", "vue.html", "svelte.html"] },
  },
});
