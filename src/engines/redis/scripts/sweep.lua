-- Performs what is due. Argument: a random word, by which the partition is known from now on if it has none. Answers in how many ms
-- the next duty is due (-1: none is), and the word that the partition is known by: another one than before says that Redis has lost
-- what it held.
due.sweep(options.mostDue)
local nextAt = due.next()
local word = tally.nameOnce(ARGV[3])
return answer(nextAt < 0 and -1 or math.max(0, nextAt - now), word)
