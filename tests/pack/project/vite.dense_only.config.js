export default {
  worker: { format: "es" },
  build: { outDir: "dist-dense-only", rollupOptions: { input: "dense_only.html" } },
};
