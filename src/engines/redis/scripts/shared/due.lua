-- Counts of all that the partition holds, and what is due when: one sorted set, of which every script first performs what is
-- due, so that nothing is read after its time, and of which any node sweeps the rest.

local tallyKey, dueKey = 'tally:' .. tag, 'due:' .. tag
-- Longer than any room waits for its next step (see rooms.schedule).
local keepDueMs = 8 * 86400000

function tally.add(field, count)
  if count ~= 0 then redis.call('HINCRBY', tallyKey, field, whole(count)) end
end

function tally.read(field)
  return tonumber(redis.call('HGET', tallyKey, field) or 0)
end

-- The word by which the partition is known: the first that it was given.
function tally.nameOnce(word)
  redis.call('HSETNX', tallyKey, 'name', word)
  return redis.call('HGET', tallyKey, 'name')
end

-- Whether the partition knows what people keep from others. A Redis that has lost what it held does not.
function tally.isTold()
  return redis.call('HEXISTS', tallyKey, 'told') == 1
end

function tally.noteTold()
  redis.call('HSET', tallyKey, 'told', 1)
end

-- Which partition this is, as its tag says.
local partition = tonumber(string.match(tag, 'p(%d+)}$'))

-- A number above all that were drawn before, by which rooms and endings are in order: the time, in microseconds. No two
-- partitions draw the same, and each draws above what the node knows of others: the clocks of their servers may differ.
function tally.draw()
  local step = options.partitions
  local least = math.max(now * 1000, tonumber(drawnElsewhere))
  local drawn = math.max(tally.read('drawn') + step, math.ceil(least / step) * step + partition)
  redis.call('HSET', tallyKey, 'drawn', whole(drawn))
  return drawn
end

-- What is due dies by itself once nobody asks any more (see due.next), also where nobody has asked yet.
local function expireNew(added)
  if added == 1 and redis.call('PTTL', dueKey) < 0 then redis.call('PEXPIRE', dueKey, whole(keepDueMs)) end
end

-- Performs a duty at `at`, and no more at the time it was due before. Never: not at all.
function due.at(duty, at)
  if at == never then
    redis.call('ZREM', dueKey, duty)
    return
  end
  expireNew(redis.call('ZADD', dueKey, at, duty))
end

-- Makes sure that a duty is performed at `at` at the latest.
function due.by(duty, at)
  expireNew(redis.call('ZADD', dueKey, 'LT', at, duty))
end

function due.drop(duty)
  redis.call('ZREM', dueKey, duty)
end

-- When the next duty is due; -1 when there is none. What is due dies by itself once nobody asks any more.
function due.next()
  redis.call('PEXPIRE', dueKey, whole(keepDueMs))
  return tonumber(redis.call('ZRANGE', dueKey, 0, 0, 'WITHSCORES')[2] or -1)
end

local isBehind = false

local function perform(duty)
  redis.call('ZREM', dueKey, duty)
  local kind, id, otherId = string.match(duty, '^(%S+) (%S+) ?(%S*)$')
  if kind == 'room' then
    rooms.attend(id)
  elseif kind == 'person' then
    leases.endDue(id)
  else
    leases.leave(id, otherId)
  end
end

-- Performs what is due, the earliest first, and at most so many duties, so that no script works long.
function due.sweep(most)
  for _ = 1, most do
    local duty = redis.call('ZRANGEBYSCORE', dueKey, '-inf', now, 'LIMIT', 0, 1)[1]
    if duty == nil then return end
    perform(duty)
  end
  isBehind = true
end

-- Performs what is due for one, if a sweep left something over: what a script reads of it is never after its time.
function due.settle(duty)
  while isBehind and tonumber(redis.call('ZSCORE', dueKey, duty) or never) <= now do perform(duty) end
end
