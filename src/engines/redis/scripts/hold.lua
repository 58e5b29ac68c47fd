-- Takes or renews leases. Arguments: for each its person, its name, and for how long it holds. Answers for each
-- whether it is new, how many messages the person has not seen in the partition, and the number of the last event for them.
due.sweep(options.mostDue)
local held = {}
for index = 3, #ARGV, 3 do
  local isNew = leases.hold(ARGV[index], ARGV[index + 1], tonumber(ARGV[index + 2]))
  held[#held + 1] = { isNew, people.get(ARGV[index]).unread, people.get(ARGV[index]).told }
end
return answer(held)
