-- Moves a person's cursor. Arguments: room, person, delivered or seen, message, and from which `seq` on the messages were in view
-- (empty: that message alone).
local roomId, userId, kind, messageId, inViewFrom = unpack(ARGV, 3, 7)
local isSeen = kind == 'seen'
due.sweep(options.mostDue)
-- Whoever sees a message is reading: without this a room could dissolve at the moment its last message is seen.
local member = isSeen and rooms.enter(roomId, userId) or rooms.find(roomId, userId)
if member == nil then return refuse('not_found') end
local room, message = member.room, messages.find(member.room, messageId)
if not message or message.side == member.side or message.held then return answer() end

local hasMoved, shown = rooms.moveCursor(member, isSeen, message.seq)
if hasMoved then
  rooms.schedule(room)
  local publication = telling.begin(room)
  if shown then
    rooms.raiseVersion(room)
    for _, hearer in ipairs(room.members) do
      if privacy.hearsOf(hearer) then
        local seqs, known = {}, {}
        for _, each in ipairs(shown.messages) do
          if messages.isKnownTo(hearer.side, each) then
            seqs[#seqs + 1], known[#known + 1] = each.seq, each
          end
        end
        local before, after = { shown.before.delivered, shown.before.seen }, { member.delivered, member.seen }
        telling.tell(publication, hearer, 'receipt.moved', { member.side, before, after, seqs }, known)
      end
    end
  else
    telling.tell(publication, member, 'receipt.noted', {})
  end
  telling.publish(publication)
end

if isSeen then
  local begun = messages.begin(room, member.side, tonumber(inViewFrom) or message.seq, message.seq)
  if #begun > 0 then
    rooms.raiseVersionOf(room, begun)
    rooms.schedule(room)
    telling.publishKept(member, begun, 'seen', false)
  end
end
return answer()
