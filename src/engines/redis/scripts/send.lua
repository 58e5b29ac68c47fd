-- Sends a message. Arguments: room, sender, digest of the nonce, bytes that it counts as, bytes of its text, its picture (empty:
-- none), how long it may live at most (empty: as long as the room says), the message it answers (empty: none), what other
-- partitions hold, in bytes: of the sender's messages, and of all; and last, behind empty ones, what was written, which only the
-- node reads.
local roomId, userId, digest = unpack(ARGV, 3, 5)
local draft = {
  digest = digest,
  bytes = tonumber(ARGV[6]),
  textBytes = tonumber(ARGV[7]),
  imageId = ARGV[8],
  mostLifetimeMs = tonumber(ARGV[9]) or never,
  replyTo = ARGV[10],
  body = ARGV[#ARGV],
}
due.sweep(options.mostDue)
local sender = rooms.enter(roomId, userId)
if sender == nil then return refuse('not_found') end
local room = sender.room

local function answerWith(message, isDuplicate)
  local needed, lines = {}, {}
  telling.need(needed, sender, message, true)
  for _, line in pairs(needed) do lines[#lines + 1] = line end
  local first, second = room.members[1].id, room.members[2].id
  local bytesSent = sender.person.bytesSent
  return answer(room.id, room.idBegin, first, second, sender.side, lines, message.seq, isDuplicate, bytesSent)
end

local first = messages.findSent(room, sender.side, digest) or gone.find(sender, digest)
if first then return answerWith(first, true) end

local sentElsewhere, heldElsewhere = tonumber(ARGV[11]), tonumber(ARGV[12])
if sentElsewhere + sender.person.bytesSent + draft.bytes > options.maxBytesPerPerson then return refuse('person_full') end
if room.size >= options.roomMaxMessages then return refuse('room_full', messages.nextEnd(room) - now) end
if heldElsewhere + tally.read('bytes') + draft.bytes > options.maxBytes then return refuse('server_full') end

local tellWhoSees, publication = telling.watch(room), telling.begin(room)
local message = rooms.post(sender, draft)
telling.tellOfMessages(publication, { message }, 'message.sent', function(seqs)
  return { seqs[1] }
end)
if message.imageId ~= '' then
  local viewers = {}
  for index, each in ipairs(publication.told) do viewers[index] = each.id end
  telling.notice(publication, { 'image.sent', message.imageId, viewers, message.endsAt })
end
tellWhoSees(publication)
telling.publish(publication)
return answerWith(message, false)
