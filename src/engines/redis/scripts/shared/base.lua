-- What every command begins with: the time, the names of keys, and how it answers.
--
-- KEYS[1]  the tag of the partition, such as {p0}: every key that a command touches carries it, so all lie in one slot
-- ARGV[1]  a test's own time, in ms; empty in production, where Redis's own time counts and never a node's
-- ARGV[2]  which node asks, the highest number that it knows to be drawn (see tally.draw), and the command; with KEYS[2] also
--          how long the window of the limit is, in ms, and how many pass in it
-- ARGV[3]  and those after it are the command's own
-- KEYS[2]  where there is one partition: the limit of a person, for which the command counts, and without which it is refused
--
-- Before this file stand `options`, the engine's settings, which script-texts.ts writes as a table; the clock of all scripts; and
-- `countHit`, the count of the shared store.

local tag = KEYS[1]
local nodeId, drawnElsewhere, command, counting = string.match(ARGV[2], '^(%S+) (%d+) (%S+)(.*)$')
-- How much longer a key may stay than what it holds. It is for the case that every node is dead: else the sweep comes first,
-- which has to find what has gone to tell of it.
local spareMs = math.max(testSpareMs, 5000)
local never = math.huge

-- The modules that follow, each in its file. Their functions are made when something of a module is asked for first: most
-- commands need a few modules, and making the functions of all would take as long as a command itself.
local privacy, lifetimes, tally, due, people, messages, gone, endings, timeline, telling, rooms, leases, views =
  {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}

local function keyOf(kind, id)
  return kind .. ':' .. tag .. ':' .. id
end

-- A number as Redis takes it where it wants an integer: as Lua passes it on, 700000000 would be 7e+8.
local function whole(number)
  return string.format('%.0f', number)
end

-- Lets a key die by itself soon after `at`.
local function expireKey(key, at)
  redis.call('PEXPIRE', key, whole(math.max(at - now, 0) + spareMs))
end

-- Has the functions of some of these tables made by `make` when the first is asked for.
local function define(tables, make)
  local function makeFirst(module, name)
    for _, each in ipairs(tables) do setmetatable(each, nil) end
    make()
    return module[name]
  end
  for _, each in ipairs(tables) do setmetatable(each, { __index = makeFirst }) end
end

-- Writes what has changed, and tells who is to hear of it.
local function finish()
  for _, step in ipairs({ rawget(rooms, 'save') or false, rawget(people, 'save') or false, rawget(telling, 'send') or false }) do
    if step then step() end
  end
end

-- Finishes, and answers. Where there are several partitions, a node learns from each answer what this one holds, in bytes, since
-- the cap is of all together, and the number that it drew last.
local function answer(...)
  finish()
  if options.partitions == 1 then return cmsgpack.pack('', 0, 0, ...) end
  return cmsgpack.pack('', tally.read('bytes'), tally.read('drawn'), ...)
end

-- The same for a refusal, by its code in src/chat/errors.ts.
local function refuse(code, retryAfterMs)
  finish()
  return cmsgpack.pack(code, retryAfterMs or 0, 0)
end

if KEYS[2] then
  local windowMs, limit = string.match(counting, '^ (%d+) (%d+)$')
  -- As in the shared store, a counter goes with its windows.
  local isCounted, _, waitMs = countHit(KEYS[2], now, testSpareMs, tonumber(windowMs), tonumber(limit), 0)
  if not isCounted then return refuse('rate_limited', waitMs) end
end
