-- What the partition holds.
due.sweep(options.mostDue)
return answer(tally.read('rooms'), tally.read('messages'), tally.read('online'), tally.read('bytes'), tally.read('expired'))
