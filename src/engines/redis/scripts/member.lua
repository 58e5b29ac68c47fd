-- Whether someone may use a room. Arguments: room, person.
due.sweep(options.mostDue)
return answer(rooms.find(ARGV[3], ARGV[4]) ~= nil)
