-- Takes or renews leases. Arguments: for each its person, its name, and for how long it holds. Answers for each whether it is new.
due.sweep(options.mostDue)
local isNew = {}
for index = 3, #ARGV, 3 do
  isNew[#isNew + 1] = leases.hold(ARGV[index], ARGV[index + 1], tonumber(ARGV[index + 2]))
end
return answer(isNew)
