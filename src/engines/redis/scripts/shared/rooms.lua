-- Rooms and their two people: how rooms begin, to whom they are shown, what changes and becomes due in them, and how they end.
-- A room is found by its pair, which is the same for the same two people and the beginning of the room's id.
--
-- room:TAG:PAIR  packed: `id`, `epoch`, `idBegin` (of its messages), `lastSeq`, `lifetime` as chosen (`ms`, `fromSeen`, `by`),
--                `erases` (whether it is erased once both have left), `alone` (only its opener has opened it and nobody has
--                written), what messages.lua and timeline.lua count, and `members`, the opener first.
-- A member has beside the packed fields what `getters` below works out.

local loaded, changed = {}, {}
-- How many rooms a person may hold that they alone have opened and nobody has written in.
local mostUnshared = 100
-- A room of which nothing is due is seen to now and then, so that its key does not die under people who are here.
local mostQuietMs = 86400000

local getters = {}

-- What the other goes on seeing of them, if they have blocked the other.
function getters.block(member)
  return people.blockOf(member.id, member.other.id)
end

function getters.hasBlocked(member)
  return member.block ~= nil
end

function getters.sendsReceipts(member)
  return member.person.sendsReceipts
end

function getters.sendsTyping(member)
  return member.person.sendsTyping
end

-- Whether they send receipts, as the other sees it.
function getters.shownSendsReceipts(member)
  return (member.block or member.person).sendsReceipts
end

-- Whether they are here and since when not, as the other sees it.
function getters.attendance(member)
  return member.block or member.person
end

local function makeMember(id)
  return {
    id = id,
    delivered = 0,
    seen = 0,
    -- The cursors as the other sees them: behind the real ones while this person sends no receipts.
    shownDelivered = 0,
    shownSeen = 0,
    version = 1,
    -- The `seq` of the newest living message that they may know of; 0 when there is none.
    newestSeq = 0,
    shown = false,
    entered = false,
    activeAt = 0,
    raisedAt = 0,
    listed = false,
    unread = 0,
    -- Counts of vanished messages: the other's that they missed, and their own that the other missed.
    theirs = { total = 0, shown = 0, afterSeq = 0, unshownUntil = 0 },
    mine = { total = 0, shown = 0, afterSeq = 0, unshownUntil = 0 },
    -- Living messages of the other that are held from them.
    held = 0,
    -- The living messages that they may know of, and the bytes of these and of those that they sent.
    messages = 0,
    bytes = 0,
    bytesSent = 0,
    gone = 0,
    dismissedUpTo = 0,
  }
end

local function attach(room, pair)
  -- `cache`: the messages that this script has read or written, by `seq`.
  setmetatable(room, { __index = { pair = pair, cache = {} } })
  for side, member in ipairs(room.members) do
    -- What is not packed with a member.
    local beside = { room = room, side = side, other = room.members[3 - side], person = people.get(member.id) }
    setmetatable(member, {
      __index = function(self, name)
        local value = beside[name]
        if value ~= nil then return value end
        local getter = getters[name]
        return getter and getter(self)
      end,
    })
  end
  return room
end

function rooms.load(pair)
  if loaded[pair] == nil then
    local packed = redis.call('GET', keyOf('room', pair))
    loaded[pair] = packed and attach(cmsgpack.unpack(packed), pair) or false
  end
  return loaded[pair] or nil
end

function rooms.change(room)
  changed[room.pair] = room
end

function rooms.save()
  for pair, room in pairs(changed) do
    local key, keptUntil = keyOf('room', pair), math.max(room.lastEnd, now + 2 * mostQuietMs)
    redis.call('SET', key, cmsgpack.pack(room))
    expireKey(key, keptUntil)
  end
  changed = {}
end

function rooms.memberOf(room, userId)
  for _, member in ipairs(room.members) do
    if member.id == userId then return member end
  end
  return nil
end

-- A room by its id, which begins with its pair, or nil.
function rooms.get(roomId)
  local pair = string.sub(roomId, 1, options.pairLength)
  due.settle('room ' .. pair)
  local room = rooms.load(pair)
  if room == nil or room.id ~= roomId then return nil end
  return room
end

-- Someone in a room that they may use, or nil.
function rooms.find(roomId, userId)
  local room = rooms.get(roomId)
  local member = room and rooms.memberOf(room, userId)
  if member == nil or not privacy.mayUse(member) then return nil end
  return member
end

-- Someone in the room of a pair, whether or not they may use it.
function rooms.findPair(pair, userId)
  due.settle('room ' .. pair)
  local room = rooms.load(pair)
  return room and rooms.memberOf(room, userId) or nil
end

-- What someone's room with each other person is, with them as its member.
function rooms.of(userId)
  local members = {}
  for _, pair in ipairs(people.pairsOf(userId)) do members[#members + 1] = rooms.findPair(pair, userId) end
  return members
end

local function share(room)
  if not room.alone then return end
  room.alone = false
  redis.call('ZREM', keyOf('alone', room.members[1].id), room.pair)
end

-- Marks someone as active in a room, which they have entered from now on.
function rooms.enter(roomId, userId)
  local member = rooms.find(roomId, userId)
  if member == nil then return nil end
  local room, wasShown = member.room, member.shown
  rooms.change(room)
  member.activeAt = now
  if member.entered then return member end
  local tellWhoSees = telling.watch(room)
  member.entered = true
  if not wasShown then rooms.raise(member, tally.draw()) end
  if member.side == 2 then share(room) end
  rooms.schedule(room)
  local publication = telling.begin(room)
  if not wasShown then telling.tell(publication, member, 'room.opened', {}) end
  tellWhoSees(publication)
  telling.publish(publication)
  return member
end

-- Creates the room of two people who have none. Nobody has entered it yet. Its ids are random: the node draws them.
function rooms.create(pair, userId, otherId, id, epoch, idBegin)
  local room = attach({
    id = id,
    epoch = epoch,
    idBegin = idBegin,
    lastSeq = 0,
    erases = options.erasesAtFirst,
    alone = true,
    size = 0,
    kept = 0,
    waiting = 0,
    warned = {},
    restsUntil = 0,
    lastEnd = 0,
    keysEnd = 0,
    dueAt = 0,
    members = { makeMember(userId), makeMember(otherId) },
  }, pair)
  loaded[pair] = room
  rooms.change(room)
  for _, member in ipairs(room.members) do
    local person = people.admit(member.id)
    person.rooms = person.rooms + 1
    redis.call('HSET', keyOf('pairs', member.id), member.other.id, pair)
  end
  redis.call('ZADD', keyOf('alone', userId), tally.draw(), pair)
  tally.add('rooms', 1)
  local function knowsOfEnd(member)
    return endings.has(member.id, member.other.id)
  end
  if knowsOfEnd(room.members[1]) or knowsOfEnd(room.members[2]) then
    timeline.note(room.members[1], 'reopened', nil, false, now + options.messageTtlMs, knowsOfEnd)
  end
  return room
end

-- Dissolves the oldest of the rooms that a person alone has opened, if they are too many.
function rooms.boundUnshared(userId)
  local key = keyOf('alone', userId)
  if redis.call('ZCARD', key) <= mostUnshared then return end
  local oldest = rooms.load(redis.call('ZRANGE', key, 0, 0)[1])
  if oldest then rooms.dissolve(oldest, 'empty', nil) end
end

-- Puts a room at the top of someone's list. It is shown to them from now on. `drawn`: the number by which it stands there.
function rooms.raise(member, drawn)
  if not member.shown then endings.drop(member.id, member.other.id) end
  member.shown = true
  member.raisedAt = now
  rooms.change(member.room)
  redis.call('ZADD', keyOf('chats', member.id), drawn, member.room.pair)
  if member.listed then return end
  member.listed = true
  local person = people.change(member.id)
  person.unread = person.unread + member.unread
end

-- Takes a room out of someone's list.
function rooms.unlist(member)
  redis.call('ZREM', keyOf('chats', member.id), member.room.pair)
  if not member.listed then return end
  member.listed = false
  rooms.change(member.room)
  local person = people.change(member.id)
  person.unread = person.unread - member.unread
end

-- When someone will have been away for the grace period, as the other is shown them.
local function awayAt(member)
  local attendance = member.attendance
  if attendance.online then return never end
  return math.max(member.activeAt, attendance.heldAt) + options.graceMs
end

-- When the room dissolves if nothing more happens. Those to whom it is not shown count as never having been here.
function rooms.dissolvesAt(room)
  local first, second = room.members[1], room.members[2]
  if room.erases then
    if room.kept > 0 or first.unread + first.held + second.unread + second.held > 0 then return never end
  elseif room.size > 0 then
    return never
  end
  local at = 0
  for _, member in ipairs(room.members) do
    at = math.max(at, member.theirs.unshownUntil, member.mine.unshownUntil, member.shown and awayAt(member) or 0)
  end
  return at
end

-- Sees to a room when its next message or event expires or is to be warned of, or when it may dissolve.
function rooms.schedule(room)
  rooms.change(room)
  local at = math.min(messages.nextEnd(room), messages.nextWarning(room), room.eventsEnd or never, rooms.dissolvesAt(room))
  at = math.min(at, now + mostQuietMs)
  -- What is due sooner already stays as it is, and looks then whether there is anything to do.
  if room.dueAt > now and room.dueAt <= at then return end
  room.dueAt = at
  due.at('room ' .. room.pair, at)
end

-- Counts a message that has come (1) or gone (-1) for both people of its room.
local function count(room, message, times)
  for _, member in ipairs(room.members) do
    if not messages.isKnownTo(member.side, message) then
      member.held = member.held + times
    else
      member.messages = member.messages + times
      member.bytes = member.bytes + times * message.bytes
    end
    if message.side == member.side then
      member.bytesSent = member.bytesSent + times * message.bytes
      local person = people.change(member.id)
      person.bytesSent = person.bytesSent + times * message.bytes
    end
  end
  rooms.change(room)
end

local function countUnread(member, change)
  if change == 0 then return end
  member.unread = member.unread + change
  rooms.change(member.room)
  if not member.listed then return end
  local person = people.change(member.id)
  person.unread = person.unread + change
end

-- Raises the version of a change that everybody in the room may know of.
function rooms.raiseVersion(room)
  for _, member in ipairs(room.members) do member.version = member.version + 1 end
  rooms.change(room)
end

-- Raises the version of a change of messages, for those who may know of one of them.
function rooms.raiseVersionOf(room, changedMessages)
  for _, member in ipairs(room.members) do
    for _, message in ipairs(changedMessages) do
      if messages.isKnownTo(member.side, message) then
        member.version = member.version + 1
        break
      end
    end
  end
  rooms.change(room)
end

-- How long messages live that are sent now.
function rooms.lifetimeOf(room)
  return room.lifetime or { ms = options.messageTtlMs, fromSeen = false }
end

-- Adds a message, and shows the room to those who may know of it, at the top of their lists.
function rooms.post(sender, draft)
  local room, lifetime = sender.room, rooms.lifetimeOf(sender.room)
  local lifetimeMs = math.min(lifetime.ms, draft.mostLifetimeMs)
  local begun = not lifetime.fromSeen
  local answered = draft.replyTo ~= '' and messages.find(room, draft.replyTo)
  room.lastSeq = room.lastSeq + 1
  local message = {
    seq = room.lastSeq,
    side = sender.side,
    held = privacy.isHeldFrom(sender.other),
    sentAt = now,
    endsAt = now + (begun and lifetimeMs or math.min(options.unseenLifeMs, draft.mostLifetimeMs)),
    lifetimeMs = lifetimeMs,
    fromSeen = lifetime.fromSeen,
    begun = begun,
    kept = 0,
    bytes = draft.bytes,
    textBytes = draft.textBytes,
    answers = answered and messages.isKnownTo(sender.side, answered) and answered.seq or 0,
    imageId = draft.imageId,
    digest = draft.digest,
    body = draft.body,
  }
  messages.append(room, message)
  count(room, message, 1)
  if not message.held then countUnread(sender.other, 1) end
  tally.add('messages', 1)
  tally.add('bytes', message.bytes)
  rooms.raiseVersionOf(room, { message })
  share(room)
  local drawn = tally.draw()
  for _, member in ipairs(room.members) do
    if messages.isKnownTo(member.side, message) then rooms.raise(member, drawn) end
  end
  rooms.schedule(room)
  return message
end

local function countRemoved(room, removed)
  local bytes = 0
  for _, message in ipairs(removed) do
    count(room, message, -1)
    local reader = room.members[3 - message.side]
    if not message.held and message.seq > reader.seen then countUnread(reader, -1) end
    bytes = bytes + message.bytes
  end
  tally.add('messages', -#removed)
  tally.add('bytes', -bytes)
  rooms.raiseVersionOf(room, removed)
  for _, message in ipairs(removed) do
    local imageId = message.imageId
    gone.add(room.members[message.side], message)
    message.imageId = imageId
  end
end

-- Takes out a living message before its time, and says so.
function rooms.retract(room, message)
  messages.remove(room, { message })
  countRemoved(room, { message })
  rooms.schedule(room)
  telling.publishRemoved(room, { message }, nil)
end

local function countOne(counted, afterSeq)
  counted.total = counted.total + 1
  counted.afterSeq = math.max(counted.afterSeq, afterSeq)
end

-- Counts a message whose time has come for those who may know that it was not seen.
local function countVanished(room, message)
  local reader, sender = room.members[3 - message.side], room.members[message.side]
  if message.seq <= reader.seen then return end
  -- A held one too: its sender could tell by the end of the room that the other is not just away.
  reader.theirs.unshownUntil = now + options.unshownMs
  if messages.isKnownTo(reader.side, message) then countOne(reader.theirs, message.seq) end
  if not privacy.hearsOfUnseenEnd(reader) then return end
  sender.mine.unshownUntil = now + options.unshownMs
  countOne(sender.mine, room.lastSeq)
end

-- A count that was shown, or in which there is nothing to show, keeps the room no longer.
function rooms.letGoOfCounts(member)
  for _, counted in ipairs({ member.theirs, member.mine }) do
    if counted.total == counted.shown then counted.unshownUntil = 0 end
  end
  rooms.change(member.room)
end

-- Does one due step and reschedules the room, so that what is due in other rooms keeps its order.
function rooms.attend(pair)
  local room = rooms.load(pair)
  if room == nil then return end
  room.dueAt = 0
  local before = {}
  for side, member in ipairs(room.members) do before[side] = { member.theirs.total, member.mine.total } end
  local expired = messages.takeDue(room)
  for _, message in ipairs(expired) do countVanished(room, message) end
  if #expired > 0 then countRemoved(room, expired) end
  tally.add('expired', #expired)
  timeline.expire(room)
  if #expired == 0 and rooms.dissolvesAt(room) <= now then
    rooms.dissolve(room, room.alone and 'empty' or 'away', nil)
    return
  end
  local warned = #expired == 0 and messages.warn(room) or {}
  rooms.schedule(room)
  if #expired > 0 then telling.publishRemoved(room, expired, before) end
  telling.publishExpiring(room, warned)
end

-- Erases a room for both, says so, and remembers why.
function rooms.dissolve(room, reason, byId)
  due.drop('room ' .. room.pair)
  tally.add('rooms', -1)
  tally.add('messages', -room.size)
  tally.add('bytes', -(room.members[1].bytesSent + room.members[2].bytesSent))
  local told = {}
  for _, member in ipairs(room.members) do
    local knowsWhy = privacy.knowsWhyEnded(member)
    if privacy.hearsOfEnds(member) then told[#told + 1] = { member, knowsWhy } end
    rooms.unlist(member)
    if reason ~= 'empty' and knowsWhy then endings.add(member.id, room.id, member.other.id, reason, byId or '') end
  end
  share(room)
  gone.forgetRoom(room)
  messages.clear(room)
  for _, member in ipairs(room.members) do
    local person = people.change(member.id)
    person.bytesSent = person.bytesSent - member.bytesSent
    person.rooms = person.rooms - 1
    redis.call('HDEL', keyOf('pairs', member.id), member.other.id)
    people.release(member.id)
  end
  redis.call('DEL', keyOf('room', room.pair), keyOf('events', room.pair))
  loaded[room.pair], changed[room.pair] = false, nil
  local publication = telling.begin(room)
  for _, each in ipairs(told) do
    local bySide = each[2] and byId and rooms.memberOf(room, byId).side or 0
    telling.tell(publication, each[1], 'room.dissolved', { each[2] and reason or '', bySide })
  end
  telling.notice(publication, { 'room.dissolved' })
  telling.publish(publication)
end

-- Moves someone's cursor up to a message of the other's that is not held. Returns whether it has moved, and what the other sees
-- of it: the cursors before and the messages whose status changes; nil when they see nothing.
function rooms.moveCursor(member, isSeen, seq)
  local room = member.room
  local reached = isSeen and member.seen or member.delivered
  if seq <= reached then return false, nil end
  local before = { delivered = member.shownDelivered, seen = member.shownSeen }
  local wasBehind = before.delivered ~= member.delivered or before.seen ~= member.seen
  local passed = messages.ofOther(room, member.side, reached + 1, seq)
  member.delivered = math.max(member.delivered, seq)
  rooms.change(room)
  if isSeen then
    member.seen = seq
    rooms.letGoOfCounts(member)
    local read = 0
    for _, message in ipairs(passed) do
      if not message.held then read = read + 1 end
    end
    countUnread(member, -read)
  end
  if not privacy.showsReceipts(member) then return true, nil end
  member.shownDelivered, member.shownSeen = member.delivered, member.seen
  if not wasBehind then return true, { before = before, messages = passed } end
  local function statusOf(each, delivered, seen)
    return each <= seen and 2 or each <= delivered and 1 or 0
  end
  local hasChanged = {}
  for _, message in ipairs(messages.ofOther(room, member.side, before.seen + 1, seq)) do
    local was = statusOf(message.seq, before.delivered, before.seen)
    if was ~= statusOf(message.seq, member.delivered, member.seen) then hasChanged[#hasChanged + 1] = message end
  end
  return true, { before = before, messages = hasChanged }
end

-- Has a room's messages live in another way from the next one on, as someone chose it. Returns what is noted of it.
function rooms.changeLifetime(member, ms, fromSeen)
  local lifetime = { ms = ms, fromSeen = fromSeen, by = member.side }
  member.room.lifetime = lifetime
  rooms.raiseVersion(member.room)
  return timeline.note(member, 'lifetime', lifetime, false, now + lifetimes.longestLifeOf(lifetime), nil)
end

-- Counts all lives from sending where they may not be counted from being seen any more; `mayBefore`: whether they could be.
function rooms.followReceipts(member, mayBefore)
  local room = member.room
  local may = privacy.mayLiveFromSeen(room.members)
  local stopped = may and {} or messages.stopWaiting(room)
  local livesFromSeen = room.lifetime ~= nil and room.lifetime.fromSeen
  if may == mayBefore and (may or (not livesFromSeen and #stopped == 0)) then return end
  local noted = false
  if not may and livesFromSeen then
    noted = rooms.changeLifetime(member, room.lifetime.ms, false)
  else
    rooms.raiseVersion(room)
  end
  rooms.schedule(room)
  telling.publishLifetime(member, stopped, noted)
end
