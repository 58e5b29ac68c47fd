-- What people are told. An event is facts alone, as they are when it is told: a node makes the event of them
-- (src/engines/redis/publications.ts). It says only what the person it is for may know.
--
-- A publication goes to the channel told:TAG:NODE of each node on which someone holds a lease who is told, and to no other; what
-- the server itself must know, to notices:TAG. A node that hears everything, as in tests, reads all:TAG.

local outbox = {}
local publishCommand = options.isSharded and 'SPUBLISH' or 'PUBLISH'

-- Presence of a member, as the other is shown it: whether they are here, and since when not (0: unknown).
local function presenceOf(member)
  local attendance = member.attendance
  return { attendance.online, (attendance.online or attendance.heldAt == 0) and 0 or attendance.heldAt }
end

-- The presence of the other that someone may see; false when they may see none.
function telling.presenceFor(member)
  return privacy.seesPresence(member, member.other) and presenceOf(member.other)
end

local function countOf(counted)
  return { counted.total, counted.shown, counted.afterSeq }
end

function telling.countsOf(member)
  return { countOf(member.theirs), countOf(member.mine) }
end

-- Adds a message to those that an event needs, with the one that it answers, if it lives and this person may know of it.
function telling.need(lines, member, message, hasQuote)
  lines[message.seq] = message.line
  if not hasQuote or message.answers == 0 or lines[message.answers] then return end
  local answered = messages.get(member.room, message.answers)
  if answered and messages.isKnownTo(member.side, answered) then lines[answered.seq] = answered.line end
end

-- The room as it stands in someone's list, with the lines of the messages that this needs.
function telling.summarise(member, lines)
  local room, other = member.room, member.other
  local lastSeq = member.newestSeq
  local last = lastSeq > 0 and messages.get(room, lastSeq)
  if last then telling.need(lines, member, last, true) end
  return {
    telling.presenceFor(member),
    member.unread,
    telling.countsOf(member),
    last and lastSeq or 0,
    { member.delivered, member.seen },
    { other.shownDelivered, other.shownSeen },
    member.raisedAt,
    room.lifetime and room.lifetime.ms or 0,
  }
end

function telling.begin(room)
  return { room = room, told = {}, notices = {} }
end

-- Counts an event for a member, if a node hears it. Returns its number: by it a node sees that one before it was lost.
local function countTold(member)
  if #member.person.nodes == 0 then return 0 end
  local person = people.change(member.id)
  person.told = person.told + 1
  return person.told
end

-- Tells a member something. `body` depends on the type; `needed` are the messages in it.
function telling.tell(publication, member, type, body, needed)
  local lines = {}
  for _, message in ipairs(needed or {}) do telling.need(lines, member, message, true) end
  local summary = member.listed and telling.summarise(member, lines)
  publication.told[#publication.told + 1] = {
    id = member.id,
    nodes = member.person.nodes,
    lines = lines,
    facts = { member.side, type, member.version, summary, member.person.unread, countTold(member), body },
  }
end

-- Lets nodes know that someone has another number of unseen messages in the partition, where no event says so and they need it
-- for the sum over all partitions.
function telling.noteUnread(member)
  if options.partitions == 1 then return end
  local publication = telling.begin(member.room)
  local facts = { member.side, '', 0, false, member.person.unread, countTold(member), {} }
  publication.told[1] = { id = member.id, nodes = member.person.nodes, lines = {}, facts = facts }
  telling.publish(publication)
end

function telling.notice(publication, notice)
  publication.notices[#publication.notices + 1] = notice
end

function telling.publish(publication)
  if #publication.told > 0 or #publication.notices > 0 then outbox[#outbox + 1] = publication end
end

local function seqsOf(entries)
  local seqs = {}
  for index, message in ipairs(entries) do seqs[index] = message.seq end
  return seqs
end

local function knownTo(member, entries)
  local known = {}
  for _, message in ipairs(entries) do
    if messages.isKnownTo(member.side, message) then known[#known + 1] = message end
  end
  return known
end

-- Tells each member who hears of the room, with the same facts.
function telling.tellMembers(publication, type, body)
  for _, member in ipairs(publication.room.members) do
    if privacy.hearsOf(member) then telling.tell(publication, member, type, body) end
  end
end

-- Tells of messages each member who hears of the room and may know of one of them. `bodyOf` makes the facts of their `seq`s.
function telling.tellOfMessages(publication, entries, type, bodyOf)
  for _, member in ipairs(publication.room.members) do
    local known = privacy.hearsOf(member) and knownTo(member, entries) or {}
    if #known > 0 then telling.tell(publication, member, type, bodyOf(seqsOf(known)), known) end
  end
end

local function noticeKept(publication, entries)
  for _, message in ipairs(entries) do
    if message.imageId ~= '' then telling.notice(publication, { 'image.kept', message.imageId, message.endsAt }) end
  end
end

-- That messages have expired or were deleted. `before`: the totals of the counts of vanished messages before that, by side.
function telling.publishRemoved(room, removed, before)
  local publication = telling.begin(room)
  for _, member in ipairs(room.members) do
    local known = privacy.hearsOfEnds(member) and knownTo(member, removed) or {}
    if #known > 0 then
      local vanishedOf = {}
      if before and not member.hasBlocked then
        for side = 1, 2 do
          local counted = side == member.side and member.mine or member.theirs
          if counted.total > before[member.side][side == member.side and 2 or 1] then
            vanishedOf[#vanishedOf + 1] = side
          end
        end
      end
      local nextSeq = messages.after(room, member.side, known[#known].seq)
      telling.tell(publication, member, 'message.removed', { seqsOf(known), vanishedOf, nextSeq })
    end
  end
  local imageIds, endsAt = {}, never
  for _, message in ipairs(removed) do
    endsAt = math.min(endsAt, message.endsAt)
    if message.imageId ~= '' then imageIds[#imageIds + 1] = message.imageId end
  end
  telling.notice(publication, { 'messages.removed', imageIds, endsAt })
  telling.publish(publication)
end

-- That a warning of messages begins.
function telling.publishExpiring(room, warned)
  if #warned == 0 then return end
  local publication = telling.begin(room)
  for _, member in ipairs(room.members) do
    local known = {}
    for _, message in ipairs(privacy.hearsOf(member) and warned or {}) do
      if messages.isWarnedOf(member, message) then known[#known + 1] = message end
    end
    if #known > 0 then telling.tell(publication, member, 'messages.expiring', { seqsOf(known) }, known) end
  end
  telling.publish(publication)
end

-- That messages go at another time, because someone has kept or seen them.
function telling.publishKept(member, kept, reason, noted)
  if #kept == 0 then return end
  local publication = telling.begin(member.room)
  telling.tellOfMessages(publication, kept, 'messages.kept', function(seqs)
    return { reason, member.side, seqs, noted }
  end)
  noticeKept(publication, kept)
  telling.publish(publication)
end

-- That messages live in another way from now on. `stopped` wait no more to be seen.
function telling.publishLifetime(member, stopped, noted)
  local room = member.room
  local lifetime, publication = rooms.lifetimeOf(room), telling.begin(room)
  for _, each in ipairs(room.members) do
    if privacy.hearsOf(each) then
      local known = knownTo(each, stopped)
      local may = privacy.mayLiveFromSeen(room.members)
      local body = { lifetime.ms, lifetime.fromSeen, member.side, may, seqsOf(known), noted }
      telling.tell(publication, each, 'lifetime.changed', body, known)
    end
  end
  noticeKept(publication, stopped)
  telling.publish(publication)
end

-- Tells the other how they are shown someone now.
function telling.tellPresence(publication, member)
  telling.tell(publication, member.other, 'presence.changed', presenceOf(member))
end

-- To be called before something by which people may begin to see each other's presence. The answer, called afterwards, tells
-- those who have begun to see someone who is here.
function telling.watch(room)
  local blind = {}
  for _, member in ipairs(room.members) do
    if not privacy.seesPresence(member, member.other) then blind[#blind + 1] = member end
  end
  return function(publication)
    for _, member in ipairs(blind) do
      if privacy.seesPresence(member, member.other) and member.other.attendance.online then
        telling.tellPresence(publication, member.other)
      end
    end
  end
end

-- What a node reads: the room, the messages that are needed, what each person is told, and notices.
local function pack(publication, told, notices)
  local room, needed, lines, facts = publication.room, {}, {}, {}
  for index, each in ipairs(told) do
    facts[index] = each.facts
    for seq, line in pairs(each.lines) do needed[seq] = line end
  end
  for _, line in pairs(needed) do lines[#lines + 1] = line end
  local first, second = room.members[1].id, room.members[2].id
  return cmsgpack.pack(room.id, room.idBegin, first, second, lines, facts, notices)
end

-- Sends what was published, in its order.
function telling.send()
  for _, publication in ipairs(outbox) do
    if options.hearsAll then
      redis.call(publishCommand, 'all:' .. tag, pack(publication, publication.told, publication.notices))
    else
      local byNode = {}
      for _, each in ipairs(publication.told) do
        for _, node in ipairs(each.nodes) do
          byNode[node] = byNode[node] or {}
          table.insert(byNode[node], each)
        end
      end
      for node, told in pairs(byNode) do
        redis.call(publishCommand, 'told:' .. tag .. ':' .. node, pack(publication, told, {}))
      end
      if #publication.notices > 0 then
        redis.call(publishCommand, 'notices:' .. tag, pack(publication, {}, publication.notices))
      end
    end
  end
  outbox = {}
end
