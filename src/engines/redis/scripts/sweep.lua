-- Performs what is due. Answers in how many ms the next duty is due; -1: none is.
due.sweep(options.mostDue)
local nextAt = due.next()
return answer(nextAt < 0 and -1 or math.max(0, nextAt - now))
