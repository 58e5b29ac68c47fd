-- Takes note of when two people were here last, as other partitions know it. Arguments: for each the person, and when.
due.sweep(options.mostDue)
for index = 3, #ARGV, 2 do
  if people.get(ARGV[index]).known then
    local person = people.change(ARGV[index])
    person.heldAt = math.max(person.heldAt, tonumber(ARGV[index + 1]))
  end
end
return answer()
