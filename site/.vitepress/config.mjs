// The README and docs/ as a website. Pages are read where they lie; nothing is copied.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'

const root = fileURLToPath(new URL('../..', import.meta.url))

// Pages lie outside of this folder, from where Vue is not found.
const vue = path.dirname(createRequire(import.meta.url).resolve('vue/package.json'))

// Where the repository shows its files, such as https://git.example/infra/sitegen/src/branch/main. Without it a link to
// a file that is no page is its text alone.
const repository = process.env.SITE_REPOSITORY

// Every page; TestDocsLinks holds that none is missing.
const sections = {
  Start: ['README', 'docs/TUTORIAL', 'docs/START', 'docs/COMPARED', 'docs/DIFFERENT'],
  Use: ['docs/USE', 'docs/COMMANDS', 'docs/SPEC', 'docs/RULES', 'docs/EDITOR', 'docs/BESIDE', 'docs/ADOPTING', 'docs/CI', 'docs/VERIFY', 'docs/FORMATS'],
  Inside: ['docs/ARCHITECTURE', 'docs/CORRECTNESS', 'docs/PERFORMANCE', 'CONTRIBUTING', 'docs/RELEASING', 'CHANGELOG'],
}
const pages = Object.values(sections).flat()
const url = (page) => (page === 'README' ? '/' : `/${page}`)
const heading = (page) => fs.readFileSync(path.join(root, `${page}.md`), 'utf8').match(/^# (.*)$/m)[1]

// As GitHub and Forgejo make them, for which the texts are written.
const slugify = (text) => text.trim().toLowerCase().replace(/[^\p{L}\p{N}\p{M} _-]/gu, '').replace(/ /g, '-')

// plain keeps Vue from reading what stands in code, such as ${{ … }} of a job.
function plain(md) {
  md.core.ruler.push('plain', (state) => {
    for (const { children } of state.tokens.filter((t) => t.children)) {
      for (const code of children.filter((t) => t.type === 'code_inline')) code.attrSet('v-pre', '')
    }
  })
}

// links leads to the repository what is no page. VitePress itself refuses what leads to a page that is not there.
function links(md) {
  md.core.ruler.push('repository', (state) => {
    for (const { children } of state.tokens.filter((t) => t.children)) {
      children.forEach((open, i) => {
        if (open.type !== 'link_open' || /^([a-z]+:|#|\/)/.test(open.attrGet('href'))) return
        const [file, anchor] = open.attrGet('href').split('#')
        const target = path.join(path.dirname(state.env.relativePath), file)
        const page = target.replace(/\.md$/, '')
        if (pages.includes(page)) {
          open.attrSet('href', url(page) + (anchor ? `#${anchor}` : ''))
          return
        }
        if (!fs.existsSync(path.join(root, target))) throw new Error(`${state.env.relativePath}: ${target} is not there`)
        if (repository) {
          open.attrSet('href', `${repository}/${target}`)
          return
        }
        const close = children.slice(i).find((t) => t.type === 'link_close')
        open.attrs = null
        open.tag = close.tag = 'span'
      })
    }
  })
}

export default defineConfig({
  title: 'sitegen',
  description: 'The infrastructure repository of a dedicated server from one spec',
  srcDir: '..',
  srcExclude: ['{golden,out,examples,site,internal,templates}/**'],
  rewrites: { 'README.md': 'index.md' },
  cleanUrls: true,
  markdown: {
    anchor: { slugify },
    config: (md) => md.use(links).use(plain),
  },
  vite: {
    build: { chunkSizeWarningLimit: 4096 }, // the rules are one page
    resolve: {
      alias: [
        { find: /^vue$/, replacement: `${vue}/dist/vue.runtime.esm-bundler.js` },
        { find: /^vue\/server-renderer$/, replacement: `${vue}/server-renderer/index.mjs` },
      ],
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar: Object.entries(sections).map(([text, list]) => ({
      text,
      items: list.map((page) => ({ text: heading(page), link: url(page) })),
    })),
    socialLinks: repository ? [{ icon: 'git', link: repository }] : [],
  },
})
