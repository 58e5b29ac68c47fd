-- The living messages of a room, and their lives. A room is found by its pair (see rooms.lua).
--
-- texts:TAG:PAIR   hash: `seq` -> the message, packed (see messages.pack)
-- order:TAG:PAIR   sorted set: each `seq` in one of four bands, by who sent it and whether it is held
-- ends:TAG:PAIR    sorted set: `seq` by when it expires
-- warns:TAG:PAIR   sorted set: `seq` by when its warning is due
-- nonces:TAG:PAIR  hash: side and digest of a nonce -> `seq`
--
-- Once the last message is gone, none of these is there any more. What a person wrote is opaque here: only the node reads it.
-- The room counts its messages: `size`, `kept` (that were kept for as long again), `waiting` (whose life begins when they are
-- seen). `warned` are those that the warning is of which stands, in the order in which they expire.

local band = 2 ^ 32
-- By how much a key outlives at least what it holds.
local leastSpareMs = spareMs - 3000
local keysOfMessages = { 'texts', 'order', 'ends', 'warns', 'nonces' }
-- A call of Redis takes a few thousand arguments at most.
local chunk = 500

local function bandOf(senderSide, isHeld)
  return (senderSide - 1 + (isHeld and 2 or 0)) * band
end

-- The bands of what someone may know of: all that is not held from them.
local function bandsKnownTo(side)
  return { bandOf(1, false), bandOf(2, false), bandOf(side, true) }
end

local allBands = { bandOf(1, false), bandOf(2, false), bandOf(1, true), bandOf(2, true) }

function messages.pack(message)
  return cmsgpack.pack(
    message.seq,
    message.side,
    message.held,
    message.sentAt,
    message.endsAt,
    message.lifetimeMs,
    message.fromSeen,
    message.begun,
    message.kept,
    message.bytes,
    message.textBytes,
    message.answers,
    message.imageId,
    message.digest,
    message.body
  )
end

function messages.unpack(line)
  local seq, side, held, sentAt, endsAt, lifetimeMs, fromSeen, begun, kept, bytes, textBytes, answers, imageId, digest, body =
    cmsgpack.unpack(line)
  return {
    seq = seq,
    side = side,
    held = held,
    sentAt = sentAt,
    endsAt = endsAt,
    lifetimeMs = lifetimeMs,
    fromSeen = fromSeen,
    begun = begun,
    kept = kept,
    bytes = bytes,
    textBytes = textBytes,
    answers = answers,
    imageId = imageId,
    digest = digest,
    body = body,
    line = line,
  }
end

function messages.isKnownTo(side, message)
  return privacy.mayKnowOf(side, message.side, message.held)
end

-- Living messages by their `seq`, in the order that is given; those that are gone are left out.
function messages.read(room, seqs)
  local read = {}
  for first = 1, #seqs, chunk do
    local last = math.min(first + chunk - 1, #seqs)
    local lines = redis.call('HMGET', keyOf('texts', room.pair), unpack(seqs, first, last))
    for index = 1, last - first + 1 do
      if lines[index] then read[#read + 1] = messages.unpack(lines[index]) end
    end
  end
  return read
end

function messages.get(room, seq)
  local known = room.cache[seq]
  if known == nil then
    local line = redis.call('HGET', keyOf('texts', room.pair), seq)
    known = line and messages.unpack(line) or false
    room.cache[seq] = known
  end
  return known or nil
end

-- A living message by its id: the room's `idBegin`, and the `seq` in base 36.
function messages.find(room, id)
  local seq = string.sub(id, 1, #room.idBegin) == room.idBegin
    and string.match(string.sub(id, #room.idBegin + 1), '^[0-9a-z][0-9a-z][0-9a-z][0-9a-z][0-9a-z][0-9a-z]$')
  return seq and messages.get(room, tonumber(seq, 36)) or nil
end

-- The living message that someone sent with this nonce.
function messages.findSent(room, side, digest)
  local seq = redis.call('HGET', keyOf('nonces', room.pair), side .. digest)
  return seq and messages.get(room, tonumber(seq)) or nil
end

local function seqsOf(scores, base)
  local seqs = {}
  for index = 2, #scores, 2 do seqs[#seqs + 1] = tonumber(scores[index]) - base end
  return seqs
end

-- The `seq`s of some bands from one to another, oldest first; both ends are included.
local function seqsBetween(room, bands, from, to)
  local seqs = {}
  for _, base in ipairs(bands) do
    local top = base + math.min(to, band - 1)
    local found = redis.call('ZRANGEBYSCORE', keyOf('order', room.pair), base + from, top, 'WITHSCORES')
    for _, seq in ipairs(seqsOf(found, base)) do seqs[#seqs + 1] = seq end
  end
  table.sort(seqs)
  return seqs
end

-- The `seq`s that someone may know of: the first `most` from `start` on, in one direction, in that order.
function messages.known(room, side, start, direction, most)
  local seqs, key = {}, keyOf('order', room.pair)
  for _, base in ipairs(bandsKnownTo(side)) do
    local found
    if direction == 'before' then
      found = redis.call('ZREVRANGEBYSCORE', key, base + math.min(start, band - 1), base, 'WITHSCORES', 'LIMIT', 0, most)
    else
      found = redis.call('ZRANGEBYSCORE', key, base + start, base + band - 1, 'WITHSCORES', 'LIMIT', 0, most)
    end
    for _, seq in ipairs(seqsOf(found, base)) do seqs[#seqs + 1] = seq end
  end
  table.sort(seqs, direction == 'before' and function(a, b) return a > b end or nil)
  for index = #seqs, most + 1, -1 do seqs[index] = nil end
  return seqs
end

-- The `seq` of the last message before `seq` that someone may know of; 0 for none.
function messages.before(room, side, seq)
  if room.size == 0 or seq < 1 then return 0 end
  return messages.known(room, side, seq - 1, 'before', 1)[1] or 0
end

-- The `seq` of the first message after `seq` that someone may know of; 0 for none.
function messages.after(room, side, seq)
  if room.size == 0 then return 0 end
  return messages.known(room, side, seq + 1, 'after', 1)[1] or 0
end

function messages.countAfter(room, side, seq)
  local count = 0
  if seq == never then return 0 end
  for _, base in ipairs(bandsKnownTo(side)) do
    count = count + redis.call('ZCOUNT', keyOf('order', room.pair), base + seq + 1, base + band - 1)
  end
  return count
end

-- The `seq` of the first of the other's messages after `seq` that is not held; 0 for none.
function messages.firstFromOther(room, side, seq)
  local base = bandOf(3 - side, false)
  local key = keyOf('order', room.pair)
  local found = redis.call('ZRANGEBYSCORE', key, base + seq + 1, base + band - 1, 'WITHSCORES', 'LIMIT', 0, 1)
  return seqsOf(found, base)[1] or 0
end

-- Which messages live up to `seq`, as the newest `most` ranges of those that someone may know of. What is held from them breaks
-- no range: to them it never was.
function messages.rangesUpTo(room, side, seq, most)
  local ranges, isKnown = {}, {}
  for _, known in ipairs(seqsBetween(room, bandsKnownTo(side), 0, seq)) do isKnown[known] = true end
  local seqs = seqsBetween(room, allBands, 0, seq)
  local following = nil
  for index = #seqs, 1, -1 do
    local each, range = seqs[index], ranges[#ranges]
    local isCounted = true
    if range and each + 1 == following then
      range[1] = each
    elseif not isKnown[each] then
      isCounted = false
    elseif #ranges == most then
      break
    else
      ranges[#ranges + 1] = { each, each }
    end
    if isCounted then following = each end
  end
  local oldestFirst = {}
  for index = #ranges, 1, -1 do oldestFirst[#oldestFirst + 1] = ranges[index] end
  return oldestFirst
end

-- The other's living messages from one `seq` to another, the held ones too.
function messages.ofOther(room, side, from, to)
  local other = 3 - side
  return messages.read(room, seqsBetween(room, { bandOf(other, false), bandOf(other, true) }, from, to))
end

-- When the next message expires.
function messages.nextEnd(room)
  if room.size == 0 then return never end
  return tonumber(redis.call('ZRANGE', keyOf('ends', room.pair), 0, 0, 'WITHSCORES')[2] or never)
end

-- When the next warning is due.
function messages.nextWarning(room)
  if room.size == 0 or not options.keepLonger then return never end
  return tonumber(redis.call('ZRANGE', keyOf('warns', room.pair), 0, 0, 'WITHSCORES')[2] or never)
end

-- Writes a message, new or changed, with its times.
local function write(room, message)
  message.line = messages.pack(message)
  redis.call('HSET', keyOf('texts', room.pair), message.seq, message.line)
  redis.call('ZADD', keyOf('ends', room.pair), message.endsAt, message.seq)
  room.cache[message.seq] = message
  local warnsAt = options.keepLonger and lifetimes.warnsAt(message) or nil
  if warnsAt then
    redis.call('ZADD', keyOf('warns', room.pair), warnsAt, message.seq)
    -- This key may be gone while others are there.
    expireKey(keyOf('warns', room.pair), math.max(room.lastEnd, message.endsAt))
  elseif options.keepLonger then
    redis.call('ZREM', keyOf('warns', room.pair), message.seq)
  end
  room.lastEnd = math.max(room.lastEnd, message.endsAt)
end

-- Lets all that holds messages die by itself soon after the last of them. In a burst of messages not each has it written anew:
-- it is enough that every key outlives the sweep by `leastSpareMs`.
local function expireKeys(room)
  if room.size > 1 and room.keysEnd >= room.lastEnd + leastSpareMs then return end
  room.keysEnd = room.lastEnd + spareMs
  for _, kind in ipairs(keysOfMessages) do expireKey(keyOf(kind, room.pair), room.lastEnd) end
end

-- Adds a message newer than all before.
function messages.append(room, message)
  if room.size == 0 then room.lastEnd = 0 end
  room.size = room.size + 1
  for _, member in ipairs(room.members) do
    if messages.isKnownTo(member.side, message) then member.newestSeq = message.seq end
  end
  if not message.begun then room.waiting = room.waiting + 1 end
  write(room, message)
  redis.call('ZADD', keyOf('order', room.pair), bandOf(message.side, message.held) + message.seq, message.seq)
  redis.call('HSET', keyOf('nonces', room.pair), message.side .. message.digest, message.seq)
  expireKeys(room)
end

-- Takes messages out.
function messages.remove(room, removed)
  local isGone = {}
  for first = 1, #removed, chunk do
    local seqs, digests = {}, {}
    for index = first, math.min(first + chunk - 1, #removed) do
      local message = removed[index]
      seqs[#seqs + 1] = message.seq
      digests[#digests + 1] = message.side .. message.digest
      isGone[message.seq] = true
      room.cache[message.seq] = nil
      if message.kept > 0 then room.kept = room.kept - 1 end
      if not message.begun then room.waiting = room.waiting - 1 end
    end
    redis.call('HDEL', keyOf('texts', room.pair), unpack(seqs))
    redis.call('HDEL', keyOf('nonces', room.pair), unpack(digests))
    for _, kind in ipairs({ 'order', 'ends', 'warns' }) do redis.call('ZREM', keyOf(kind, room.pair), unpack(seqs)) end
  end
  room.size = room.size - #removed
  for _, member in ipairs(room.members) do
    if isGone[member.newestSeq] then member.newestSeq = messages.before(room, member.side, member.newestSeq) end
  end
  local warned = {}
  for _, seq in ipairs(room.warned) do
    if not isGone[seq] then warned[#warned + 1] = seq end
  end
  room.warned = warned
end

-- Takes out all messages.
function messages.clear(room)
  for _, kind in ipairs(keysOfMessages) do redis.call('DEL', keyOf(kind, room.pair)) end
end

-- The `seq`s of a set of times up to `at`, the earliest first, and of those of one time the lowest first.
local function dueBy(key, at)
  local found, times, seqs = redis.call('ZRANGEBYSCORE', key, '-inf', at, 'WITHSCORES'), {}, {}
  for index = 1, #found, 2 do
    local seq = tonumber(found[index])
    seqs[#seqs + 1] = seq
    times[seq] = tonumber(found[index + 1])
  end
  table.sort(seqs, function(a, b)
    if times[a] ~= times[b] then return times[a] < times[b] end
    return a < b
  end)
  return seqs
end

local function bySeq(a, b)
  return a.seq < b.seq
end

-- Takes out the messages whose time has come. Returns them in the order of `seq`.
function messages.takeDue(room)
  if messages.nextEnd(room) > now then return {} end
  local taken, isWarned = messages.read(room, dueBy(keyOf('ends', room.pair), now)), {}
  local warnedLeft = #room.warned
  for _, seq in ipairs(room.warned) do isWarned[seq] = true end
  for _, message in ipairs(taken) do
    if isWarned[message.seq] then
      warnedLeft = warnedLeft - 1
      if warnedLeft == 0 then room.restsUntil = now + lifetimes.restOf(message.lifetimeMs) end
    end
  end
  messages.remove(room, taken)
  table.sort(taken, bySeq)
  return taken
end

-- The messages to begin a warning with, in the order of `seq`. None while another warning stands or rests.
function messages.warn(room)
  if messages.nextWarning(room) > now then return {} end
  local key = keyOf('warns', room.pair)
  local seqs = dueBy(key, now)
  for first = 1, #seqs, chunk do
    redis.call('ZREM', key, unpack(seqs, first, math.min(first + chunk - 1, #seqs)))
  end
  if #room.warned > 0 or now < room.restsUntil then return {} end
  room.warned = seqs
  local begun = messages.read(room, seqs)
  table.sort(begun, bySeq)
  return begun
end

-- Messages have other lives from now on.
local function changeAll(room, entries, change)
  for _, message in ipairs(entries) do
    change(message)
    write(room, message)
  end
  if #entries > 0 then expireKeys(room) end
  return entries
end

-- Keeps the messages that the warning is of which stands, and all that would go within the shortest life of these, each for as
-- long again. Returns them in the order of `seq`.
function messages.keepWarned(room)
  if #room.warned == 0 then return {} end
  local seqs, isThere, untilAt = {}, {}, never
  for _, message in ipairs(messages.read(room, room.warned)) do
    untilAt = math.min(untilAt, now + message.lifetimeMs)
    isThere[message.seq] = true
    seqs[#seqs + 1] = message.seq
  end
  for _, seq in ipairs(dueBy(keyOf('ends', room.pair), untilAt)) do
    if not isThere[seq] then seqs[#seqs + 1] = seq end
  end
  table.sort(seqs)
  local kept = {}
  for _, message in ipairs(messages.read(room, seqs)) do
    if lifetimes.warnsAt(message) then
      kept[#kept + 1] = message
      if message.kept == 0 then room.kept = room.kept + 1 end
    end
  end
  room.warned = {}
  return changeAll(room, kept, lifetimes.keptLonger)
end

local function begin(room, entries, change)
  local waiting = {}
  for _, message in ipairs(entries) do
    if not message.begun then waiting[#waiting + 1] = message end
  end
  room.waiting = room.waiting - #waiting
  return changeAll(room, waiting, change)
end

-- Begins the life of each message in a range that waits for someone to see it. Returns them in the order of `seq`.
function messages.begin(room, readerSide, from, to)
  if room.waiting == 0 then return {} end
  return begin(room, messages.ofOther(room, readerSide, from, to), lifetimes.seenAt)
end

-- Begins the life of each message that waits to be seen. Returns them in the order of `seq`.
function messages.stopWaiting(room)
  if room.waiting == 0 then return {} end
  return begin(room, messages.read(room, seqsBetween(room, allBands, 0, band - 1)), lifetimes.waitingNoMore)
end

-- The messages that someone is warned of now.
function messages.warnedOf(member)
  local warned = {}
  for _, message in ipairs(messages.read(member.room, member.room.warned)) do
    if messages.isWarnedOf(member, message) then warned[#warned + 1] = message end
  end
  return warned
end

function messages.isWarnedOf(member, message)
  return messages.isKnownTo(member.side, message) and message.seq > member.dismissedUpTo
end
