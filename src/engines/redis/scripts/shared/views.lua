-- Rooms as their people see them, with a window of their messages.

-- Bytes of text after which a window ends, so that what is made of it is bounded however long messages may be.
local mostTextBytes = 1048576
local mostRanges = 500
local usualWindow, mostWindow = options.usualWindow, options.mostWindow

-- A window that is asked for: `limit` or `seq` and `limit`, or of a page `from`, `to` and whether it is open-ended.
function views.askOf(of, first, second, third)
  if of == 'newest' then return { of = of, limit = tonumber(first) } end
  if of == 'page' then return { of = of, from = tonumber(first), to = tonumber(second), isOpenEnded = third == '1' } end
  return { of = of, seq = tonumber(first), limit = tonumber(second) }
end

-- Up to `limit` messages that someone may know of, in their order, from `start` on in one direction; none from 0 on.
local function take(member, start, direction, limit)
  local taken, bytes = {}, 0
  local seqs = start > 0 and messages.known(member.room, member.side, start, direction, limit) or {}
  local isFull = false
  for first = 1, #seqs, 25 do
    local part = {}
    for index = first, math.min(first + 24, #seqs) do part[#part + 1] = seqs[index] end
    for _, message in ipairs(messages.read(member.room, part)) do
      bytes = bytes + message.textBytes
      isFull = isFull or (bytes > mostTextBytes and #taken > 0)
      if not isFull then taken[#taken + 1] = message end
    end
    if isFull then break end
  end
  if direction == 'after' then return taken end
  local oldestFirst = {}
  for index = #taken, 1, -1 do oldestFirst[#oldestFirst + 1] = taken[index] end
  return oldestFirst
end

local function cutVisit(member, newestSeq)
  local entries = take(member, newestSeq, 'before', usualWindow)
  local start = member.unread > 0 and messages.firstFromOther(member.room, member.side, member.seen) or 0
  if start == 0 or start >= (entries[1] and entries[1].seq or 0) then return entries end
  return take(member, start, 'after', mostWindow)
end

-- Nil when more came than can be given beside what the page shows already.
local function cutPage(member, newestSeq, ask)
  local room, side = member.room, member.side
  local lastSeq = ask.isOpenEnded and newestSeq or messages.before(room, side, ask.to + 1)
  local entries = {}
  for _, message in ipairs(take(member, lastSeq, 'before', mostWindow)) do
    if message.seq >= ask.from then entries[#entries + 1] = message end
  end
  local previous = messages.before(room, side, entries[1] and entries[1].seq or ask.from)
  if entries[1] and previous > ask.to then return nil, nil end
  return entries, messages.rangesUpTo(room, side, previous, mostRanges)
end

local function cut(member, newestSeq, ask)
  local room, side = member.room, member.side
  if ask.of == 'newest' then return take(member, newestSeq, 'before', ask.limit), false end
  if ask.of == 'before' then
    return take(member, messages.before(room, side, ask.seq), 'before', ask.limit), false
  end
  if ask.of == 'after' then return take(member, messages.after(room, side, ask.seq), 'after', ask.limit), false end
  if ask.of == 'page' then
    local entries, survivors = cutPage(member, newestSeq, ask)
    if entries then return entries, survivors end
  end
  return cutVisit(member, newestSeq), false
end

local function startOf(ask)
  if ask.of == 'after' then return ask.seq + 1 end
  return ask.of == 'page' and ask.from or 0
end

local function endOf(ask)
  if ask.of == 'before' then return ask.seq - 1 end
  return ask.of == 'page' and not ask.isOpenEnded and ask.to or never
end

local function linesOf(entries)
  local lines = {}
  for index, message in ipairs(entries) do lines[index] = message.line end
  return lines
end

-- The lines of the messages that some messages answer, as far as someone may know of them.
local function quotedLines(member, entries)
  local needed, isThere, lines = {}, {}, {}
  for _, message in ipairs(entries) do isThere[message.seq] = true end
  for _, message in ipairs(entries) do
    if message.answers > 0 and not isThere[message.answers] then
      isThere[message.answers] = true
      needed[#needed + 1] = message.answers
    end
  end
  for _, message in ipairs(messages.read(member.room, needed)) do
    if messages.isKnownTo(member.side, message) then lines[#lines + 1] = message.line end
  end
  return lines
end

-- What src/engines/redis/views.ts makes a view of.
function views.room(member, ask)
  local room, side, other = member.room, member.side, member.other
  local newestSeq = member.newestSeq
  local entries, survivors = cut(member, newestSeq, ask)
  local first, last = entries[1], entries[#entries]
  local previousSeq = messages.before(room, side, first and first.seq or startOf(ask))
  local previous = previousSeq > 0 and messages.get(room, previousSeq)
  local later = messages.countAfter(room, side, last and last.seq or endOf(ask))
  local endSeq = later == 0 and never or (last and last.seq or 0)
  local lifetime = room.lifetime and { room.lifetime.ms, room.lifetime.fromSeen, room.lifetime.by } or false
  return room.id,
    room.idBegin,
    room.members[1].id,
    room.members[2].id,
    side,
    room.epoch,
    member.version,
    telling.presenceFor(member),
    { member.delivered, member.seen },
    { other.shownDelivered, other.shownSeen },
    linesOf(entries),
    quotedLines(member, entries),
    previous and previous.line or false,
    later,
    survivors,
    newestSeq,
    timeline.knownTo(member, previousSeq, endSeq),
    member.unread,
    telling.countsOf(member),
    lifetime,
    room.erases,
    privacy.mayLiveFromSeen(room.members),
    linesOf(messages.warnedOf(member))
end

-- A room as it stands in someone's list: what src/engines/redis/views.ts makes a summary of.
function views.summary(member)
  local room, lines, needed = member.room, {}, {}
  local summary = telling.summarise(member, needed)
  for _, line in pairs(needed) do lines[#lines + 1] = line end
  return { room.id, room.idBegin, room.members[1].id, room.members[2].id, member.side, lines, summary }
end
