-- Erases every room of a person whose account is gone, their presence, and what is remembered for them. Argument: person.
local userId = ARGV[3]
due.sweep(options.mostDue)
leases.forget(userId)
for _, member in ipairs(rooms.of(userId)) do rooms.dissolve(member.room, 'account_deleted', userId) end
endings.dropAll(userId)
people.forget(userId)
return answer()
