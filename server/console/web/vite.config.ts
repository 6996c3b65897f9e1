import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

// The licences of what is bundled, as they ask for.
function licenses(): Plugin {
  const texts: [string, string][] = [
    ['preact', 'preact/LICENSE'],
    ['@preact/signals', '@preact/signals/LICENSE'],
    ['@preact/signals-core', '@preact/signals-core/LICENSE'],
    ['uPlot', 'uplot/LICENSE'],
    ['Inter', '@fontsource-variable/inter/LICENSE'],
    ['JetBrains Mono', '@fontsource-variable/jetbrains-mono/LICENSE'],
  ];
  return {
    name: 'licenses',
    generateBundle() {
      const read = (file: string) => readFileSync(new URL(`node_modules/${file}`, import.meta.url), 'utf8').trim();
      const source = texts.map(([name, file]) => `${name}\n\n${read(file)}\n`).join('\n----\n\n');
      this.emitFile({ type: 'asset', fileName: 'licenses.txt', source });
    },
  };
}

// `npm run dev` serves the page with reloading, and asks the server at REPLOG_HTTP for everything else.
const server = process.env.REPLOG_HTTP ?? 'http://127.0.0.1:8080';

export default defineConfig({
  base: './',
  plugins: [licenses()],
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // data: addresses are not in the content-security policy
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  server: { proxy: { '/v1': server } },
  preview: { proxy: { '/v1': server } },
});
