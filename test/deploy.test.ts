// Long because every way to host it is checked here.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { BlockList } from 'node:net'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { readConfig } from '#src/config.js'
import { fitCaps } from '#src/fitted-caps.js'
import { atOnce as convertersAtOnce } from '#src/images/converter.js'
import { most as mostOfConverter } from '#src/images/converter-watch.js'
import { mostBytes as mostUploadBytes } from '#src/images/held-uploads.js'
import { nodeEnvironment, nodeFlags, nodeFlagsOverRedis } from '../scripts/node-flags.mjs'

const root = new URL('../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

const dockerfile = read('Dockerfile')
const instructions = dockerfile.split('\n').filter(line => /^[A-Z]+ /.test(line))
const unit = read('deploy/ephemeral-chat.service')
const hosting = read('docs/hosting.md')

const serviceSchema = z.object({
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  ulimits: z.record(z.string(), z.number()).optional(),
  mem_limit: z.string().optional(),
  memswap_limit: z.string().optional(),
  ports: z.array(z.string()).optional(),
  tmpfs: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  networks: z.array(z.string()),
  environment: z.array(z.string()),
})
const composeSchema = z.object({
  services: z.object({ chat: serviceSchema, proxy: serviceSchema }),
  volumes: z.record(z.string(), z.unknown()),
  networks: z.record(z.string(), z.unknown()),
})
const compose = composeSchema.parse(parse(read('compose.yaml')))
const { chat, proxy } = compose.services

/** The names of all settings. */
const settings = new Set([...read('.env.example').matchAll(/^#([A-Z_]+)=/gm)].map(([, name]) => name))

describe('the Dockerfile', () => {
  /** The files that are copied from the clone. */
  const copied = instructions
    .filter(line => line.startsWith('COPY ') && !line.includes('--from='))
    .flatMap(line => line.split(' ').slice(1, -1))

  it('copies what is there, and what .dockerignore lets through', () => {
    expect(copied.length).toBeGreaterThan(10)
    const [all, ...rules] = read('.dockerignore')
      .split('\n')
      .filter(line => line !== '' && !line.startsWith('#'))
    expect(all).toBe('*')
    const allowed = rules.filter(rule => rule.startsWith('!')).map(rule => rule.slice(1))
    for (const path of copied) {
      expect([path, existsSync(new URL(path, root))]).toEqual([path, true])
      expect(allowed).toContain(path.split('/')[0])
    }
    for (const secret of ['.env', 'data', 'uploads', 'node_modules', '.git']) expect(allowed).not.toContain(secret)
  })

  it('runs as nobody in particular, installs what is locked, and looks after itself', () => {
    expect(instructions.filter(line => line.startsWith('USER'))).toEqual(['USER node'])
    const installs = instructions.filter(line => line.includes('npm '))
    expect(installs.every(line => line.startsWith('RUN npm ci '))).toBe(true)
    expect(installs.at(-1)).toContain('--omit=dev')
    const [, command = '[]'] = /^HEALTHCHECK .*CMD (\[.*\])$/m.exec(dockerfile) ?? []
    expect(z.array(z.string()).parse(JSON.parse(command)).slice(0, 2)).toEqual(['node', '-e'])
  })

  it('has a stage for whatever is copied from one', () => {
    const stages = [...dockerfile.matchAll(/^FROM \S+ AS (\w+)$/gm)].map(([, name]) => name)
    for (const [, name] of dockerfile.matchAll(/--from=(\w+)/g)) expect(stages).toContain(name)
  })
})

describe('the Compose file', () => {
  it('gives neither part more than it needs', () => {
    for (const service of [chat, proxy]) {
      expect(service.read_only).toBe(true)
      expect(service.cap_drop).toEqual(['ALL'])
      expect(service.security_opt).toEqual(['no-new-privileges:true'])
    }
    expect(chat.ports).toBeUndefined()
    expect(chat.networks.map(name => compose.networks[name])).toEqual([{ internal: true }])
  })

  it('has sealed pictures in memory and accounts on a volume', () => {
    expect(chat.tmpfs?.map(mount => mount.split(':')[0])).toEqual(['/app/uploads'])
    const named = [...(chat.volumes ?? []), ...(proxy.volumes ?? [])].map(mount => mount.split(':')[0] ?? '')
    expect(named).toContain('data')
    for (const name of named) {
      if (name.startsWith('./')) expect(existsSync(new URL(name, root))).toBe(true)
      else expect(Object.keys(compose.volumes)).toContain(name)
    }
  })

  it('passes on settings that exist, and starts a server that is behind one proxy', () => {
    const given = chat.environment.map(line => line.split(/=(.*)/).slice(0, 2))
    expect(given.filter(([name]) => !settings.has(name))).toEqual([])
    // The settings in the table of docs/hosting.md.
    const [, table = ''] = /\n\| setting \|.*\n((?:\|.*\n)+)/.exec(hosting) ?? []
    const lookedAt = [...table.matchAll(/^\|([^|]*)\|/gm)].flatMap(([, cell = '']) => cell.match(/[A-Z_]{4,}/g) ?? [])
    expect(lookedAt.length).toBeGreaterThan(10)
    expect(given.map(([name]) => name)).toEqual(expect.arrayContaining(lookedAt))
    const fixed = Object.fromEntries(given.filter(([, value]) => value !== undefined))
    const env = {
      ...fixed,
      PUBLIC_URL: fixed.PUBLIC_URL?.replace(/\$\{.*\}/, 'chat.example.com'),
      NODE_ENV: 'production',
    }
    expect(readConfig(env)).toMatchObject({ trustProxy: 1, host: '0.0.0.0', port: 3000, demoUsers: false })
  })
})

describe('the Compose file of several nodes', () => {
  const part = serviceSchema.partial({ environment: true }).extend({
    command: z.array(z.string()).optional(),
    healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  })
  const cluster = z
    .object({ services: z.record(z.string(), part), networks: z.record(z.string(), z.unknown()) })
    .parse(parse(read('compose.cluster.yaml')))
  const { chat: node, messages, accounts, proxy: front } = cluster.services

  it('gives no part more than it needs', () => {
    expect(Object.keys(cluster.services)).toEqual(['chat', 'messages', 'accounts', 'proxy'])
    for (const service of Object.values(cluster.services)) {
      expect(service.read_only).toBe(true)
      expect(service.cap_drop).toEqual(['ALL'])
      expect(service.security_opt).toEqual(['no-new-privileges:true'])
      expect(service.ulimits?.core).toBe(0)
      if (service === front) continue
      expect(service.ports).toBeUndefined()
      expect(service.networks.map(name => cluster.networks[name])).toEqual([{ internal: true }])
    }
  })

  it('starts nodes as the other one starts its server, by settings that exist, over two Redis', () => {
    const given = (node?.environment ?? []).map(line => line.split(/=(.*)/).slice(0, 2))
    expect(given.filter(([name]) => !settings.has(name))).toEqual([])
    const names = given.map(([name]) => name)
    expect(names).toEqual(expect.arrayContaining(chat.environment.map(line => line.split('=')[0])))
    const password = 'Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'
    const fill = (value = '') =>
      value.replace(/\$\{(\w+)[^}]*\}/g, (_, name) => (name === 'DOMAIN' ? 'a.example' : password))
    const env = Object.fromEntries(
      given.filter(([, value]) => value !== undefined).map(([name, value]) => [name, fill(value)]),
    )
    expect(readConfig({ ...env, NODE_ENV: 'production' })).toMatchObject({
      redisUrl: `redis://:${password}@messages:6379`,
      accounts: { kind: 'redis', url: `redis://:${password}@accounts:6379` },
      isRedisStrict: true,
    })
  })

  it('gives what waits for Redis more room in the young generation', () => {
    expect(nodeFlagsOverRedis).toEqual(['--max-semi-space-size=16', '--v8-pool-size=1'])
    expect(node?.command).toEqual(['node', ...nodeFlagsOverRedis, 'dist/main.js'])
  })

  it('keeps messages off the disk and accounts on it, and neither evicts', () => {
    const setting = (service: typeof node, name: string) => service?.command?.[service.command.indexOf(name) + 1]
    expect([setting(messages, '--save'), setting(messages, '--appendonly')]).toEqual(['', 'no'])
    expect(setting(accounts, '--appendonly')).toBe('yes')
    for (const service of [messages, accounts]) expect(setting(service, '--maxmemory-policy')).toBe('noeviction')
    for (const service of [node, messages])
      expect([service?.memswap_limit, service?.volumes]).toEqual([service?.mem_limit, undefined])
  })

  it('has a proxy that is as quiet and as closed as that of one server', () => {
    const [one, several] = [read('deploy/Caddyfile'), read('deploy/Caddyfile.cluster')]
    const settingsOf = (file: string) => file.slice(file.indexOf('\n{'), file.indexOf('\treverse_proxy'))
    expect(settingsOf(several)).toBe(settingsOf(one))
  })

  it('waits for a node that can serve, and asks another in time where one does not answer', () => {
    expect(node?.healthcheck?.test.join(' ')).toContain('/health/ready')
    const several = read('deploy/Caddyfile.cluster')
    const secondsOf = (name: string) => Number(new RegExp(`^\\s*${name} (\\d+)s$`, 'm').exec(several)?.[1])
    expect(secondsOf('dial_timeout')).toBeLessThan(secondsOf('lb_try_duration'))
  })

  it('has a proxy by which no visitor belongs to a node, or can have one left out', () => {
    const [, ...lines] = read('deploy/Caddyfile.cluster').split('reverse_proxy {')
    const directives = lines.join('').replaceAll(/#.*/g, '')
    expect(directives.match(/lb_policy .*/g)).toEqual(['lb_policy round_robin'])
    expect(directives).not.toMatch(/fail_duration|unhealthy_/)
  })
})

describe('every Compose file', () => {
  const names = z.array(z.string())
  const healthcheck = { test: names, interval: z.string(), timeout: z.string(), start_period: z.string() }
  /** What docker-compose 1.29 knows of what these files use. Source: https://github.com/docker/compose/blob/1.29.2/compose/config/compose_spec.json. */
  const known = z.strictObject({
    services: z.record(
      z.string(),
      z
        .strictObject({
          build: z.string(),
          image: z.string(),
          command: names,
          init: z.boolean(),
          restart: z.string(),
          stop_grace_period: z.string(),
          user: z.string(),
          depends_on: z.record(
            z.string(),
            z.strictObject({
              condition: z.enum(['service_started', 'service_healthy', 'service_completed_successfully']),
            }),
          ),
          // A whole number, also once it is filled in.
          deploy: z.strictObject({ replicas: z.string().regex(/^\$\{\w+:-\d+\}$/) }),
          read_only: z.boolean(),
          cap_add: names,
          cap_drop: names,
          security_opt: names,
          ulimits: z.record(z.string().regex(/^[a-z]+$/), z.int()),
          mem_limit: z.string(),
          memswap_limit: z.string(),
          tmpfs: names,
          volumes: names,
          ports: names,
          networks: names,
          environment: names,
          healthcheck: z.strictObject({ ...healthcheck, disable: z.boolean() }).partial(),
        })
        .partial(),
    ),
    networks: z.record(z.string(), z.strictObject({ internal: z.boolean() }).nullable()).optional(),
    volumes: z.record(z.string(), z.strictObject({ name: z.string() })).optional(),
  })

  it.each(['compose.yaml', 'compose.cluster.yaml', 'compose.push.yaml'])(
    'has only what docker-compose 1.29 knows: %s',
    file => {
      expect(known.safeParse(parse(read(file))).error?.issues ?? []).toEqual([])
    },
  )

  it('names its volumes itself, so that accounts do not depend on what the folder is called', () => {
    for (const file of ['compose.yaml', 'compose.cluster.yaml']) {
      const volumes = Object.entries(known.parse(parse(read(file))).volumes ?? {})
      expect(volumes.length).toBeGreaterThan(2)
      for (const [volume, { name }] of volumes)
        expect(name).toMatch(new RegExp(`^ephemeral-chat(-cluster)?_${volume}$`))
    }
  })
})

describe('the Compose file of push', () => {
  const part = serviceSchema.partial({ networks: true, environment: true }).extend({
    image: z.string().optional(),
    command: z.array(z.string()).optional(),
  })
  const { services } = z.object({ services: z.record(z.string(), part) }).parse(parse(read('compose.push.yaml')))
  const { chat: told, tunnel } = services

  it('leaves the chat without a way out of its network, and names the tunnel as its only one', () => {
    expect(Object.keys(services)).toEqual(['chat', 'tunnel'])
    expect(Object.keys(told ?? {})).toEqual(['environment'])
    expect(told?.environment).toContain('PUSH_PROXY=http://tunnel:3000')
    const names = (told?.environment ?? []).map(line => line.split('=')[0])
    expect(names.filter(name => !settings.has(name))).toEqual([])
  })

  it('gives the tunnel no more than it needs', () => {
    expect(tunnel).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] })
    expect([tunnel?.ports, tunnel?.volumes, tunnel?.environment]).toEqual([undefined, undefined, ['PUSH_HOSTS']])
    expect([tunnel?.ulimits?.core, tunnel?.memswap_limit]).toEqual([0, tunnel?.mem_limit])
    for (const name of tunnel?.networks ?? []) expect(Object.keys(compose.networks)).toContain(name)
    expect(tunnel?.command).toEqual(['node', ...nodeFlags, 'dist/start-tunnel.js'])
    expect(existsSync(new URL('src/start-tunnel.ts', root))).toBe(true)
  })
})

describe('the addition to the systemd unit for push', () => {
  it('lets the server reach the internet, and none of the networks around it', () => {
    const lines = [...read('deploy/push.conf').matchAll(/^IPAddressDeny=(.*)$/gm)].map(([, networks = '']) => networks)
    expect(lines[0]).toBe('')
    const denied = new BlockList()
    for (const network of lines.slice(1).join(' ').split(' ')) {
      const [address = '', bits] = network.split('/')
      denied.addSubnet(address, Number(bits), address.includes(':') ? 'ipv6' : 'ipv4')
    }
    for (const address of ['10.0.0.1', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1'])
      expect([address, denied.check(address)]).toEqual([address, true])
    for (const address of ['fd00::1', 'fe80::1'])
      expect([address, denied.check(address, 'ipv6')]).toEqual([address, true])
    expect([denied.check('8.8.8.8'), denied.check('2606:4700::1111', 'ipv6')]).toEqual([false, false])
  })
})

describe('the systemd unit', () => {
  it('starts a server by settings that exist', () => {
    const lines = [...unit.matchAll(/^Environment=(.*)$/gm)].flatMap(([, line = '']) => line.split(' '))
    const env = Object.fromEntries(lines.map(line => line.split(/=(.*)/).slice(0, 2)))
    const others = Object.keys(env).filter(name => !settings.has(name))
    expect(others).toEqual(Object.keys(nodeEnvironment))
    expect(readConfig(env)).toMatchObject({ isProduction: true, host: '127.0.0.1' })
    expect(unit).toMatch(/^ExecStart=\/usr\/bin\/node .*dist\/main\.js$/m)
  })

  it('lets the process that reads pictures give way, which it is refused with the other calls for resources', () => {
    const filters = [...unit.matchAll(/^SystemCallFilter=(.*)$/gm)].map(([, calls]) => calls)
    expect(filters).toEqual(['@system-service', '~@privileged @resources', 'setpriority'])
  })
})

describe('every way to host it', () => {
  it('keeps memory off the disk: no core dump, no swap', () => {
    expect(chat.ulimits?.core).toBe(0)
    expect(chat.memswap_limit).toBe(chat.mem_limit)
    expect(chat.mem_limit).toBeDefined()
    expect(unit).toMatch(/^LimitCORE=0$/m)
    expect(unit).toMatch(/^MemorySwapMax=0$/m)
    expect(unit).toMatch(/^Environment=UPLOAD_DIR=\/run\//m)
  })

  it('has room for two processes that read pictures, and goes on when one of them runs out of memory', () => {
    const [, limit = ''] = /^(\d+)g$/.exec(chat.mem_limit ?? '') ?? []
    const { maxMessageMemoryBytes, maxUnreadBytes, maxConnections, images } = readConfig({})
    const [, table = ''] = /\n\| for \| MB \|\n\|---\|---\|\n((?:\|.*\n)+)\nThat is (\d+) MB/.exec(hosting) ?? []
    const rows = [...table.matchAll(/^\| (.*) \| (?:(\d+) x )?(\d+) \|$/gm)]
    const megabytesFor = (what: string) =>
      rows.filter(([, said]) => said?.includes(what)).map(([, , , mb]) => Number(mb))
    const megabytes = (bytes: number) => [bytes / 1_048_576]
    expect(megabytesFor('all messages')).toEqual(megabytes(maxMessageMemoryBytes))
    expect(megabytesFor('MAX_UNREAD_MB')).toEqual(megabytes(maxUnreadBytes))
    expect(megabytesFor('uploads that wait')).toEqual(megabytes(mostUploadBytes))
    expect(megabytesFor('read a picture each')).toEqual(megabytes(mostOfConverter.bytes))
    expect(megabytesFor('sealed pictures')).toEqual(megabytes(images.maxHeldBytes))
    expect(table).toContain(`${maxConnections.toLocaleString('en')} connections`)
    expect(table).toContain(`| ${convertersAtOnce} x `)
    const sum = rows.reduce((total, [, , times = '1', mb]) => total + Number(times) * Number(mb), 0)
    expect(rows).toHaveLength(table.trim().split('\n').length)
    expect(hosting).toContain(`That is ${sum} MB`)
    expect(sum).toBeLessThan(1024 * Number(limit))
    expect(unit).toMatch(new RegExp(`^MemoryMax=${limit}G$`, 'm'))
    expect(unit).toMatch(/^OOMPolicy=continue$/m)
  })

  it('has room for as much as the settings allow by default, and lowers nothing', () => {
    const [, sealed] = /size=(\d+)m/.exec(chat.tmpfs?.[0] ?? '') ?? []
    const [, limit] = /^(\d+)g$/.exec(chat.mem_limit ?? '') ?? []
    const group = 1024 * Number(limit) * 1_048_576
    const uploadDisk = Number(sealed) * 1_048_576
    expect(fitCaps(readConfig({}), { group, machine: 2 * group, heap: group / 2, uploadDisk }).lowered).toEqual([])
  })

  it('says what fits where there is less memory', () => {
    const [, table = ''] = /\n\| memory \|.*\n\|---.*\n((?:\|.*\n)+)/.exec(hosting) ?? []
    const rows = [...table.matchAll(/^\| (\d+) (MB|GB) \| (\d+) MB \| (\d+) MB \| (\d+) MB, (\d+) MB \|$/gm)]
    expect(rows).toHaveLength(3)
    /** What V8 allows itself in such a group, as measured in both versions of Node. */
    const heapIn = (group: number) => Math.max(group / 2, 256 * 1_048_576) + 6 * 1_048_576
    for (const [, size, unit, alone, beside, unread, unreadEach] of rows) {
      const group = Number(size) * (unit === 'GB' ? 1024 : 1) * 1_048_576
      const givenWith = (uploadDisk: number | null) =>
        fitCaps(readConfig({}), { group, machine: 2 * group, heap: heapIn(group), uploadDisk }).config
      const { maxMessageMemoryBytes: ofMessages, maxUnreadBytes, maxUnreadBytesOfAll } = givenWith(null)
      expect([ofMessages, maxUnreadBytesOfAll, maxUnreadBytes].map(bytes => bytes / 1_048_576)).toEqual(
        [alone, unread, unreadEach].map(Number),
      )
      const { maxMessageMemoryBytes, images } = givenWith(2 ** 29)
      expect([maxMessageMemoryBytes, images.maxHeldBytes].map(bytes => bytes / 1_048_576)).toEqual([
        Number(beside),
        Number(beside),
      ])
    }
  })

  it('has no proxy that logs addresses or spools what people send', () => {
    const nginx = read('deploy/nginx.conf')
    expect(nginx.match(/^\s*access_log off;$/gm)).toHaveLength(nginx.match(/^server \{$/gm)?.length ?? 0)
    expect(nginx).toContain('proxy_request_buffering off;')
    expect(nginx).toContain('proxy_max_temp_file_size 0;')
    // Caddy logs requests if `log` says so, and failed ones unless it is told not to.
    expect(read('deploy/Caddyfile').match(/^\s*log\b[^}]*\}/gm)).toEqual([
      expect.stringMatching(/^\s*log \{\s+exclude http\.log http\.handlers\s+\}$/),
    ])
  })

  it('has no proxy that lets the world ask what is for the machine, however it is written', () => {
    const [, pattern = 'none'] = /location ~\* (\S+) \{\s+return 404;/.exec(read('deploy/nginx.conf')) ?? []
    // Both nginx's ~* and Caddy's path matcher ignore case.
    const isInner = new RegExp(pattern, 'i')
    const [, paths = ''] = /@inner path (.*)/.exec(read('deploy/Caddyfile')) ?? []
    for (const path of ['/metrics', '/operator']) {
      for (const asked of [path, `${path}/`, path.toUpperCase(), `${path}/accounts`]) expect(asked).toMatch(isInner)
      expect(paths.split(' ')).toEqual(expect.arrayContaining([path, `${path}/*`]))
    }
    expect('/operators').not.toMatch(isInner)
  })

  it('starts node with what keeps its memory small and overwrites what is freed, as npm start does', () => {
    expect(nodeFlags).toEqual(['--max-semi-space-size=2', '--v8-pool-size=1'])
    for (const [name, value] of Object.entries(nodeEnvironment)) {
      expect(unit).toContain(`\nEnvironment=${name}=${value}\n`)
      expect(dockerfile).toMatch(new RegExp(`^ENV .* ${name}=${value}$`, 'm'))
    }
    expect(unit).toContain(`ExecStart=/usr/bin/node ${nodeFlags.join(' ')} dist/main.js`)
    expect(dockerfile).toContain(`CMD ${JSON.stringify(['node', ...nodeFlags, 'dist/main.js']).replaceAll(',', ', ')}`)
  })
})

it('no setting is shown with a comment behind it, which systemd takes for a part of the value', () => {
  const folders = ['docs', 'deploy'].flatMap(name => readdirSync(new URL(name, root)).map(file => `${name}/${file}`))
  const files = [...folders, '.env.example', 'README.md', 'SECURITY.md'].filter(name =>
    /(\.md|\.conf|\.service|example)$/.test(name),
  )
  const withComment = (file: string) => read(file).match(/^\s*#?[A-Z][A-Z0-9_]*=\S*[ \t]+#.*/gm) ?? []
  expect(files.flatMap(withComment)).toEqual([])
})
