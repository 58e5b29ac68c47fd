-- Dissolves a room if it still is one that its opener alone has opened and nobody has written in. Argument: pair.
due.sweep(options.mostDue)
local room = rooms.load(ARGV[3])
if room and room.alone then rooms.dissolve(room, 'empty', nil) end
return answer()
