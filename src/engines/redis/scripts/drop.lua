-- Gives a lease up. Arguments: person, its name, for how long it lingers.
due.sweep(options.mostDue)
leases.drop(ARGV[3], ARGV[4], tonumber(ARGV[5]))
due.sweep(options.mostDue)
return answer()
