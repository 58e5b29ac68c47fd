-- Whether the partition knows what people keep from others. Argument: 1 notes that it does from now on.
if ARGV[3] == '1' then tally.noteTold() end
return answer(tally.isTold())
